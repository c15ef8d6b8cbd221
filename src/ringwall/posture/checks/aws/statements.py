"""Statements of policies, for checks that ask a plain question of one document.

What somebody may do in the end is decided by :mod:`ringwall.posture.permissions`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ringwall.core.observations import UnknownError
from ringwall.posture.checks.aws.strangers import statements_of


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


def is_aws_own(arn: str) -> bool:
    """Whether a policy is one of AWS's, which nobody can change."""
    return arn.split(":")[4:5] == ["aws"]
