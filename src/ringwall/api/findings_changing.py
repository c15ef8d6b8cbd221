"""``/api/v1/findings/``: what is done about findings, one by one or many at once.

Whoever decides says which version they have seen (RFC 9110 section 13.1.1); who has not is asked
to (RFC 6585 section 3).
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, DataError
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from ringwall.api.problems import ProblemError
from ringwall.findings.states import Move, Outdated, Refusal
from ringwall.identity import sessions
from ringwall.runtime.current import current_installation
from ringwall.runtime.recording import RecordingError

if TYPE_CHECKING:
    from ringwall.findings.config import Findings
    from ringwall.findings.standing import Standing

router: Final = Router()

MOST: Final = 500
"""Findings of one call."""
_UNWRITTEN: Final = (RecordingError, DatabaseError)
_AGAIN_IN_S: Final = 30
_AGAIN: Final = (
    "look at the finding and ask again in half a minute; if it stays so, the log of the service "
    "says why"
)
_TITLES: Final = {404: "Not found", 409: "It is not done", 412: "It changed meanwhile"}


class Step(Schema):
    """What is done. To accept needs owner, reason and until; to reject a reason."""

    step: Move
    reason: str = Field("", max_length=2000)
    owner: str = Field("", max_length=200, description="Who answers for it")
    until: datetime | None = Field(None, description="RFC 3339; to when it is excused")


class Comment(Schema):
    """Something to say about a finding."""

    text: str = Field(min_length=1, max_length=10_000)


class Owner(Schema):
    """Whose job it is; nobody's, and it is again that of the component's owner."""

    owner: str = Field("", max_length=200)


class Meant(Schema):
    """A finding, as whoever decides has seen it."""

    uid: str = Field(min_length=4, max_length=40)
    version: str = Field(min_length=1, max_length=40, description="Or `*` for any")


class Steps(Step):
    """The same done with several findings, each by itself."""

    findings: list[Meant] = Field(min_length=1, max_length=MOST)


class Done(Schema):
    """What became of each, in the order they were named; ``status`` is HTTP's."""

    done: int
    refused: int
    findings: list[dict[str, Any]]


@router.post("queue/{uid}/steps", response=dict[str, Any], summary="Take a step with a finding")
def step(request: HttpRequest, response: HttpResponse, uid: str, wanted: Step) -> Any:
    """Acknowledge, start, done, accept, reject or reopen. `If-Match` has its `ETag`, or `*`."""
    return _answer(response, _written(lambda: _move(uid, wanted, _seen(request), rules())))


@router.post("queue/{uid}/owner", response=dict[str, Any], summary="Say whose job a finding is")
def owner(request: HttpRequest, response: HttpResponse, uid: str, wanted: Owner) -> Any:
    """Give it to somebody, or back to the component's owner. `If-Match` as for steps."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    seen = _seen(request)
    return _answer(response, _written(lambda: service.assign(uid, wanted.owner, version=seen)))


@router.post("queue/{uid}/comments", response=dict[str, Any], summary="Comment on a finding")
def comment(request: HttpRequest, response: HttpResponse, uid: str, wanted: Comment) -> Any:
    """Say something about it. That changes nothing of it, so no version is asked for."""
    del request
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    return _answer(response, _written(lambda: service.comment(uid, wanted.text)))


@router.post("bulk", response=Done, summary="Take a step with several findings")
def bulk(request: HttpRequest, wanted: Steps) -> Any:
    """The same step with each of up to 500; what is refused of some holds up none of the others."""
    del request
    known, told, now = rules(), [], datetime.now(UTC)
    closed = ""
    for meant in wanted.findings:
        version = "" if meant.version == "*" else meant.version
        try:
            found = None if closed else _move(meant.uid, wanted, version, known)
        except _UNWRITTEN as error:
            closed = _why(error)
        if closed:  # each of the others would wait for it as long
            detail = f"{closed}, so nothing was changed of it: {_AGAIN}"
            told.append({"uid": meant.uid, "status": 503, "detail": detail})
            continue
        if isinstance(found, Refusal) or found is None:
            status, why = _refused(found)
            told.append({"uid": meant.uid, "status": status, "detail": why})
        else:
            told.append({**found.to_json(now), "status": 200})
    done = sum(one["status"] == 200 for one in told)
    return {"done": done, "refused": len(told) - done, "findings": told}


def rules() -> "Findings":
    """What the configuration in force says of the queue; a problem where it cannot be read."""
    from ringwall.findings import published  # noqa: PLC0415 - with the configuration's models

    try:
        return published.read(current_installation().state)
    except ValueError as error:
        detail = (
            "what the configuration says of findings cannot be read: `ringwall reload` mends it"
        )
        raise ProblemError(503, "It is not done", detail) from error


def _move(uid: str, wanted: Step, version: str, known: "Findings") -> "Standing | Refusal | None":
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    until = wanted.until
    if until is not None and until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    for name, text in (("reason", wanted.reason), ("owner", wanted.owner)):
        if "\0" in text:
            return Refusal(f"{name} has a zero byte in it")
    return _or_none(
        lambda: service.move(
            uid,
            wanted.step,
            reason=wanted.reason,
            owner=wanted.owner,
            until=until,
            version=version,
            rules=known,
        )
    )


def _or_none(do: Any) -> "Standing | Refusal | None":
    """What ``do`` gets; ``None`` where there is no such finding."""
    try:
        found: Standing | Refusal = do()
    except LookupError:
        return None
    return found


def _written(do: Any) -> "Standing | Refusal | None":
    """As :func:`_or_none`; a problem that says that nothing was changed, where it cannot be."""
    try:
        return _or_none(do)
    except _UNWRITTEN as error:
        detail = f"{_why(error)}, so nothing was changed: {_AGAIN}"
        headers = {"Retry-After": str(_AGAIN_IN_S)}
        raise ProblemError(503, "It is not done", detail, headers=headers) from error


def _why(error: Exception) -> str:
    """Why a change cannot be written, for who asks; the log of the process has the rest."""
    if isinstance(error, DataError):
        raise error  # it is what was sent that no table takes
    sessions.log.error("a change of findings is not done: %s", error)
    if isinstance(error, RecordingError):
        return "what is done here is recorded, and the record cannot be written at the moment"
    return "the database cannot be written at the moment"


def _seen(request: HttpRequest) -> str:
    """The version that ``If-Match`` names; ``""`` for any."""
    said = request.headers.get("If-Match", "").strip()
    if not said:
        detail = "send If-Match with the ETag of the finding as you have seen it, or with *"
        raise ProblemError(428, "Say what you have seen", detail)
    if said == "*":
        return ""
    return said.removeprefix("W/").strip('"') or "none"


def _refused(found: Refusal | None) -> tuple[int, str]:
    if found is None:
        return 404, "there is no such finding"
    return (412 if isinstance(found, Outdated) else 409), found.why


def _answer(response: HttpResponse, found: "Standing | Refusal | None") -> Any:
    if isinstance(found, Refusal) or found is None:
        status, why = _refused(found)
        raise ProblemError(status, _TITLES[status], why)
    response.headers["ETag"] = f'"{found.version}"'
    return found.to_json(datetime.now(UTC))
