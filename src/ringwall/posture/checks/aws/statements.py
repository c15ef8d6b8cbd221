"""Statements of policies, for checks that ask a plain question of one document.

What somebody may do in the end is decided by :mod:`ringwall.posture.permissions`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checks.aws.strangers import statements_of

BOUNDS: Final = "it only bounds what others give"


def statements(document: Any) -> Iterator[Mapping[str, Any]]:
    """Each statement of a policy that has to be there; ``UnknownError`` where it is none."""
    if not document:
        msg = "there is no policy to be understood"
        raise UnknownError(msg)
    several: list[Any] = list(statements_of(document))
    for one in several:
        if not isinstance(one, Mapping):
            msg = "the policy is none that can be understood"
            raise UnknownError(msg)
        yield one


def current(details: Mapping[str, Any]) -> Any:
    """The document that is in force of a managed policy's versions."""
    return next(one for one in details["PolicyVersionList"] if one["IsDefaultVersion"])["Document"]


def bounds_alone(details: Mapping[str, Any]) -> bool:
    """Whether a managed policy only bounds somebody, and so gives nothing, whatever it allows."""
    is_bound = int(details.get("PermissionsBoundaryUsageCount") or 0) > 0
    return is_bound and int(details.get("AttachmentCount") or 0) == 0


def is_aws_own(arn: str) -> bool:
    """Whether a policy is one of AWS's, which nobody can change."""
    return arn.split(":")[4:5] == ["aws"]
