"""IAM: which services and actions users, groups and roles used last, as far as AWS tracks it."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Job
from ringwall.posture.snapshot.snapshot import Seen

_RUNNING: Final = "IN_PROGRESS"
_COMPLETED: Final = "COMPLETED"
_LINKED: Final = ":role/aws-service-role/"


def _asked(seen: Seen) -> Mapping[str, Any] | None:
    """Roles that services made for themselves are AWS's to judge."""
    if _LINKED in seen.found.name:
        return None
    return {"Arn": seen.found.name, "Granularity": "ACTION_LEVEL"}


def _used(pages: list[Mapping[str, Any]]) -> Any:
    """ServicesLastAccessed; of services that nobody used without their actions, which follow.

    An administrator has hundreds of services with thousands of actions.
    """
    for page in pages:
        if page["JobStatus"] != _COMPLETED:
            error = page.get("Error") or {}
            raise ValueError(f"{page['JobStatus']}: {error.get('Message') or 'AWS says no more'}")
    return [_brief(one) for page in pages for one in page["ServicesLastAccessed"]]


def _brief(one: Mapping[str, Any]) -> dict[str, Any]:
    found = {"ServiceNamespace": one["ServiceNamespace"]}
    if one.get("LastAuthenticated") is None:
        return found
    found["LastAuthenticated"] = one["LastAuthenticated"]
    if "TrackedActionsLastAccessed" in one:
        found["TrackedActionsLastAccessed"] = [
            {
                name: action[name]
                for name in ("ActionName", "LastAccessedTime")
                if action.get(name) is not None
            }
            for action in one["TrackedActionsLastAccessed"]
        ]
    return found


DETAILS: Final = tuple(
    Detail(
        kind=kind,
        aspect="last_accessed",
        call="iam:GetServiceLastAccessedDetails",
        arguments=_asked,
        pick=_used,
        job=Job(
            call="iam:GenerateServiceLastAccessedDetails",
            hands=lambda pages: {"JobId": pages[0]["JobId"], "MaxItems": 1000},
            is_done=lambda page: page.get("JobStatus") != _RUNNING,
        ),
    )
    for kind in ("aws-iam-user", "aws-iam-group", "aws-iam-role")
)
