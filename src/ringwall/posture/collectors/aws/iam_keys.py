"""IAM: which access keys a user has, and when each was used last, as it is now.

The credential report tells of them without their ids, and as they were up to four hours ago.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Job, first
from ringwall.posture.snapshot.snapshot import Seen

_MOST: Final = 2
"""Keys that a user may have."""


def _user(seen: Seen) -> Mapping[str, Any]:
    return {"UserName": seen.found.label}


def _keys(pages: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """In the order of their ids, so that each is the same one in every answer."""
    several = [one for page in pages for one in page["AccessKeyMetadata"]]
    return sorted(several, key=lambda one: str(one["AccessKeyId"]))


def _one(number: int) -> Callable[[list[Mapping[str, Any]]], Mapping[str, Any] | None]:
    def hands(pages: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        several = _keys(pages)
        return (
            {"AccessKeyId": several[number - 1]["AccessKeyId"]} if number <= len(several) else None
        )

    return hands


DETAILS: Final = (
    Detail(
        kind="aws-iam-user",
        aspect="access_keys",
        call="iam:ListAccessKeys",
        arguments=_user,
        pick=_keys,
    ),
    *(
        Detail(
            kind="aws-iam-user",
            aspect=f"key_{number}_used",
            call="iam:GetAccessKeyLastUsed",
            arguments=_user,
            pick=first("AccessKeyLastUsed"),
            job=Job(call="iam:ListAccessKeys", hands=_one(number), is_done=lambda _: True),
        )
        for number in range(1, _MOST + 1)
    ),
)
