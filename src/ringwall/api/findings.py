"""``/api/v1/findings/``: the queue, the most urgent first, and one finding with all there is."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Query as Parameter

from ringwall.api.problems import ProblemError
from ringwall.core.components import Environment, Exposure
from ringwall.core.findings import Severity
from ringwall.findings.states import UNDONE, State

if TYPE_CHECKING:
    from ringwall.findings.store import Wanted

router: Final = Router()

MOST: Final = 1000
"""Findings of one page."""
_LONGEST: Final = 1100
_AFTER: Final = re.compile(r"([0-9]{1,3})\.([0-9a-f]{20})")


class Asked(Schema):
    """Which findings; what is not said matches all."""

    state: list[State] = Field(
        [], max_length=50, description="In these states; without any, what is undone"
    )
    all: bool = Field(False, description="In whatever state")
    severity: Severity | None = Field(None, description="Of this severity, or a higher one")
    source: str = Field("", max_length=_LONGEST, description="Seen by it, such as `prowler`")
    owner: str = Field("", max_length=_LONGEST, description="Whose job it is")
    environment: Environment | None = Field(None, description="Of such components")
    exposure: Exposure | None = Field(None, description="Of components that these reach")
    check: str = Field(
        "", max_length=_LONGEST, description="A check's id, or what several begin with"
    )
    component: str = Field("", max_length=_LONGEST, description="A component's id, or a kind")
    overdue: bool = Field(False, description="Only what should be mended by now")
    q: str = Field("", max_length=_LONGEST, description="In title, check or component")

    def wanted(self) -> "Wanted":
        """The same as the queue is asked."""
        from ringwall.findings.store import Wanted  # noqa: PLC0415 - needs the tables

        return Wanted(
            states=frozenset(State) if self.all else frozenset(self.state) or UNDONE,
            least=self.severity,
            weakness=self.check,
            component=self.component,
            owner=self.owner,
            source=self.source,
            environment=self.environment or "",
            exposure=self.exposure or "",
            text=self.q,
            overdue_at=datetime.now(UTC) if self.overdue else None,
        )

    def parameters(self) -> dict[str, Any]:
        """The same again as parameters of an address."""
        said = self.model_dump(mode="json")
        return {name: value for name, value in said.items() if value}


ASKED: Final = Parameter(...)


class Findings(Schema):
    """A page of findings; ``next`` is what ``after`` has to be for the page after it."""

    findings: list[dict[str, Any]]
    next: str | None


class Count(Schema):
    """How many findings there are."""

    count: int


@router.get("queue", response=Findings, summary="Find findings")
def queue(
    request: HttpRequest,
    response: HttpResponse,
    *,
    asked: Asked = ASKED,
    limit: int = Parameter(50, ge=1, le=MOST),
    after: str = Parameter("", max_length=40),
) -> Any:
    """A page of findings, the highest rank first. `Link` leads to the next (RFC 8288)."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    wanted, now = asked.wanted(), datetime.now(UTC)
    if after:
        at = _AFTER.fullmatch(after)
        if at is None:
            raise ProblemError(400, "A parameter is wrong", "after: take it from `next`")
        wanted = replace(wanted, after=(int(at[1]), at[2]))
    found = list(service.standings(wanted, limit=limit))
    following = f"{found[-1].score}.{found[-1].uid}" if len(found) == limit else None
    if following is not None:
        told = {**asked.parameters(), "limit": limit, "after": following}
        response.headers["Link"] = f'<{request.path}?{urlencode(told, doseq=True)}>; rel="next"'
    return {"findings": [one.to_json(now) for one in found], "next": following}


@router.get("count", response=Count, summary="Count findings")
def count(request: HttpRequest, asked: Asked = ASKED) -> Any:
    """How many findings are so."""
    del request
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    return {"count": service.count(asked.wanted())}


@router.get("queue/{uid}", response=dict[str, Any], summary="One finding")
def one(request: HttpRequest, response: HttpResponse, uid: str) -> Any:
    """All there is of a finding: evidence, rank, who saw it, history. `ETag` is its version."""
    del request
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables
    from ringwall.findings.standing import whole  # noqa: PLC0415 - as above

    try:
        found = service.find(uid)
    except LookupError as error:
        raise ProblemError(404, "Not found", str(error)) from error
    steps, sightings = service.history(found.uid)
    response.headers["ETag"] = f'"{found.version}"'
    return whole(found, datetime.now(UTC), steps, sightings)
