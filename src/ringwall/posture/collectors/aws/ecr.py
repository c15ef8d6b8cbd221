"""ECR: repositories of images, and what the registry scans."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, described, first
from ringwall.posture.snapshot.snapshot import Seen

REPOSITORY: Final = "aws-ecr-repository"


def _repository(seen: Seen) -> Mapping[str, Any]:
    return {"repositoryName": seen.found.label}


LISTINGS: Final = (
    described(
        REPOSITORY,
        "ecr:DescribeRepositories",
        "repositories",
        "repositoryArn",
        "repositoryName",
        arguments={"maxResults": 1000},
    ),
)
DETAILS: Final = (
    Detail(
        kind=REPOSITORY,
        aspect="policy",
        call="ecr:GetRepositoryPolicy",
        arguments=_repository,
        pick=first("policyText"),
        absent=frozenset({"RepositoryPolicyNotFoundException"}),
    ),
    Detail(
        kind=REPOSITORY,
        aspect="lifecycle",
        call="ecr:GetLifecyclePolicy",
        arguments=_repository,
        pick=first("lifecyclePolicyText"),
        absent=frozenset({"LifecyclePolicyNotFoundException"}),
    ),
    Detail(
        kind="aws-region",
        aspect="ecr_scanning",
        call="ecr:GetRegistryScanningConfiguration",
        arguments=lambda _: {},
        pick=first("scanningConfiguration"),
    ),
)
