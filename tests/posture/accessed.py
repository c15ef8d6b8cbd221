"""What moto lacks of IAM: who used what last. Its server answers it over HTTP as AWS does.

A job takes a while: the first question is answered with "in progress".
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

_TOLD: Final[dict[str, list[dict[str, Any]]]] = {}
_JOBS: Final[dict[str, str]] = {}
_ASKED: Final[dict[str, int]] = {}
PAGE: Final = 2
"""Services on a page."""


def tell(arn: str, **last: int | None) -> None:
    """So many days ago somebody used these services last; ``None`` is never."""
    _TOLD[arn] = [
        {
            "ServiceName": name,
            "ServiceNamespace": name,
            "TotalAuthenticatedEntities": 0 if days is None else 1,
            **({} if days is None else {"LastAuthenticated": _ago(days)}),
            "TrackedActionsLastAccessed": [
                {"ActionName": "AnyAction"}
                | ({} if days is None else {"LastAccessedTime": _ago(days)}),
            ],
        }
        for name, days in last.items()
    ]


def _ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def forget() -> None:
    """Nobody used anything."""
    for one in (_TOLD, _JOBS, _ASKED):
        one.clear()


def _generate(self: Any) -> ActionResult:
    job = f"{len(_JOBS):036d}"
    _JOBS[job] = self._get_param("Arn")
    return ActionResult({"JobId": job})


def _get(self: Any) -> ActionResult:
    job = self._get_param("JobId")
    _ASKED[job] = _ASKED.get(job, 0) + 1
    told = {"JobType": "ACTION_LEVEL", "JobCreationDate": datetime.now(UTC)}
    if _ASKED[job] == 1 and not _JOBS.get("at once"):
        return ActionResult(told | {"JobStatus": "IN_PROGRESS", "ServicesLastAccessed": []})
    several = _TOLD.get(_JOBS[job], [])
    begin = int(self._get_param("Marker") or 0)
    page = {"ServicesLastAccessed": several[begin : begin + PAGE], "IsTruncated": False}
    if begin + PAGE < len(several):
        page |= {"IsTruncated": True, "Marker": str(begin + PAGE)}
    return ActionResult(
        told | {"JobStatus": "COMPLETED", "JobCompletionDate": datetime.now(UTC)} | page
    )


def teach(*, at_once: bool = False) -> None:
    """Have moto, in this process, answer these calls. ``at_once`` jobs are done when asked for."""
    _JOBS.pop("at once", None)
    if at_once:
        _JOBS["at once"] = "yes"
    IamResponse.generate_service_last_accessed_details = _generate  # type: ignore[attr-defined]
    IamResponse.get_service_last_accessed_details = _get  # type: ignore[attr-defined]
