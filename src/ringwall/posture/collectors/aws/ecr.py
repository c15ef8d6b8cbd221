"""ECR: repositories of images, what the registry scans, and what that found last."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Job, described, first
from ringwall.posture.snapshot.snapshot import Seen

REPOSITORY: Final = "aws-ecr-repository"
_TOGETHER: Final = timedelta(minutes=2)
"""How long one push of an image for several platforms takes, with what vouches for it."""
_LISTS: Final = ("index", "manifest.list")
"""What only names images of several platforms: each of those is scanned by itself."""


def _repository(seen: Seen) -> Mapping[str, Any]:
    return {"repositoryName": seen.found.label}


def _images(seen: Seen) -> Mapping[str, Any]:
    return {**_repository(seen), "maxResults": 1000}


def _newest(pages: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """How to ask for the scan of what was pushed last; ``None`` where there are no images.

    Of what was pushed together it is the largest: what vouches for an image is an image itself,
    but for its size.
    """
    several = [
        one
        for page in pages
        for one in page["imageDetails"]
        if not any(part in str(one.get("imageManifestMediaType")) for part in _LISTS)
        and ("artifactMediaType" not in one or "image" in one["artifactMediaType"])
    ]
    if not several:
        return None
    last = max(one["imagePushedAt"] for one in several)
    together = [one for one in several if last - one["imagePushedAt"] <= _TOGETHER]
    newest = max(together, key=lambda one: one.get("imageSizeInBytes", 0))
    return {
        "repositoryName": newest["repositoryName"],
        "imageId": {"imageDigest": newest["imageDigest"]},
        "maxResults": 1000,
    }


def _found(pages: list[Mapping[str, Any]]) -> dict[str, Any]:
    """How the scan went, and how much it found of each severity: no finding by itself."""
    first_page = pages[0]
    return {
        "imageId": first_page["imageId"],
        "imageScanStatus": first_page.get("imageScanStatus") or {},
        "counts": first_page.get("imageScanFindings", {}).get("findingSeverityCounts", {}),
    }


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
    Detail(
        kind=REPOSITORY,
        aspect="newest_scan",
        call="ecr:DescribeImageScanFindings",
        arguments=_images,
        pick=_found,
        absent=frozenset({"ScanNotFoundException"}),
        job=Job(call="ecr:DescribeImages", hands=_newest, is_done=lambda _: True),
    ),
)
