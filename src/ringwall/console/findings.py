"""The queue of findings as pages: what is wrong, the most urgent first, and one finding."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.console.findings_asked import Asked, MistakeError, asked
from ringwall.findings.states import EXCUSED, Move, Refusal, State, moved
from ringwall.identity import sessions
from ringwall.identity.authority import may_change_findings, may_see_inventory, may_see_posture
from ringwall.identity.models import User
from ringwall.identity.pages.company import company_only
from ringwall.identity.pages.errors import refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringwall.findings.models import Step
    from ringwall.findings.standing import Standing

_SUBJECT: Final = re.compile(r"[0-9a-f]{32}")
_AT_ONCE: Final = 50
_MOST_BACK: Final = 20
"""Pages that one can turn back by."""
_TONES: Final = {"critical": "danger", "high": "danger", "medium": "warn"}
STATE_TONES: Final = {"fixed": "good", "open": "accent", "to-be-confirmed": "warn"}
_LABELS: Final = {
    Move.ACKNOWLEDGE: "Acknowledge",
    Move.START: "Start work on it",
    Move.DONE: "Say that it is mended",
    Move.REOPEN: "Open it again",
}
MANY: Final = (Move.ACKNOWLEDGE, Move.START, Move.DONE)
"""What can be done with several at once: what needs no words for each."""
_READ: Final = {"known": "read", "absent": "there is none", "denied": "denied", "error": "failed"}
_READ_TONES: Final = {"denied": "warn", "error": "warn"}
_CHOICES: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("To do", {}),
    ("Critical and high", {"severity": "high"}),
    ("Overdue", {"overdue": "yes"}),
    ("Reached by the internet", {"exposure": "internet"}),
    ("Excused", {"state": "excused"}),
    ("Fixed", {"state": "fixed"}),
    ("All", {"state": "all"}),
)


@require_safe
@company_only(Action.FINDINGS_SEE)
def search(request: HttpRequest) -> HttpResponse:
    """The queue by rank, as filters want it, from behind ``after`` on."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    now = datetime.now(UTC)
    told: dict[str, Any] = {}
    try:
        found = asked(request.GET)
        wanted = found.wanted(now)
    except MistakeError as error:
        told = {"asked": Asked.raw(request.GET), "mistake": str(error), "choices": _choices({})}
        return render(request, "console/findings.html", told, status=400)
    said = found.parameters()
    back = request.GET.getlist("back")[-_MOST_BACK:]
    rows = list(service.standings(wanted, limit=_AT_ONCE + 1))
    shown = rows[:_AT_ONCE]
    told = {
        "asked": found,
        "is_filtered": bool(said),
        "choices": _choices(said),
        "rows": [_row(one, now) for one in shown],
        "count": service.count(replace(wanted, after=None)),
        "is_first_run": not said and not rows and not service.count(found.everything()),
    }
    if any(row["is_undone"] for row in told["rows"]) and may_change_findings(
        sessions.signed_in(request).user
    ):
        told["steps"] = [(step.value, _LABELS[step]) for step in MANY]
    if len(rows) > _AT_ONCE:
        behind = f"{shown[-1].score}.{shown[-1].uid}"
        told["later"] = _url(**said, after=behind, back=[*back, found.after])
    if found.after:
        told["earlier"] = _url(**said, after=back[-1] if back else "", back=back[:-1])
    return render(request, "console/findings.html", told)


@require_safe
@company_only(Action.FINDINGS_SEE)
def one(request: HttpRequest, uid: str) -> HttpResponse:
    """One finding: what it stands on, how to fix it, its rank, who saw it, what became of it."""
    return page(request, uid)


def page(
    request: HttpRequest, uid: str, *, mistake: str = "", given: Any = None, status: int = 200
) -> HttpResponse:
    """The page of a finding, with what was refused (``mistake``) and what was written for it."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    try:
        found = service.find(uid)
    except LookupError:
        return refused(
            request,
            title="There is no such finding",
            text="It may have been read wrongly. Search for its check or component.",
            url=reverse("findings"),
            action="Search the findings",
            status=404,
        )
    from ringwall.posture import service as posture  # noqa: PLC0415 - most pages never ask

    steps, sightings = service.history(found.uid)
    person, now = sessions.signed_in(request).user, datetime.now(UTC)
    told: dict[str, Any] = {
        "one": found,
        "row": _row(found, now),
        "facts": [*_facts(found, now)],
        "reads": [_read(each) for each in found.finding.facts],
        "rank": found.to_json(now)["score_by"],
        "links": [each for each in found.finding.references if each.startswith("https://")],
        "names": [each for each in found.finding.references if not each.startswith("https://")],
        "seen_by": sightings,
        "history": _history(steps),
        "excuse": found.excuse if found.state in EXCUSED else None,
        "component": (
            f"{reverse('inventory_component')}?{urlencode({'id': found.finding.component})}"
            if may_see_inventory(person)
            else ""
        ),
        "check": (
            reverse("posture_check", args=[found.finding.weakness])
            if may_see_posture(person) and posture.is_check(found.finding.weakness)
            else ""
        ),
        "mistake": mistake,
        "given": given or {},
    }
    if may_change_findings(person):
        told |= _possible(found, now)
    return render(request, "console/finding.html", told, status=status)


def _possible(found: "Standing", now: datetime) -> dict[str, Any]:
    """What somebody who may can do with it as it stands."""

    def can(step: Move) -> bool:
        return not isinstance(moved(found.state, step), Refusal)

    return {
        "may_change": True,
        "steps": [(step.value, label) for step, label in _LABELS.items() if can(step)],
        "can_accept": can(Move.ACCEPT),
        "can_reject": can(Move.REJECT),
        "soonest": f"{now + timedelta(days=1):%Y-%m-%d}",
        "usual_end": f"{now + timedelta(days=90):%Y-%m-%d}",
    }


def _row(one: "Standing", now: datetime) -> dict[str, Any]:
    overdue = one.is_overdue(now)
    return {
        "uid": one.uid,
        "version": one.version,
        "url": reverse("finding", args=[one.uid]),
        "title": one.finding.title,
        "component": one.finding.component,
        "part": one.finding.part,
        "severity": str(one.finding.severity),
        "tone": _TONES.get(one.finding.severity, ""),
        "score": one.score,
        "state": str(one.state).replace("-", " "),
        "state_tone": STATE_TONES.get(one.state, ""),
        "owner": one.owner,
        "deadline": "" if one.deadline is None else f"{one.deadline:%Y-%m-%d}",
        "is_undone": one.state not in {State.FIXED, *EXCUSED},
        "overdue": overdue,
        "until": "" if one.excuse is None else f"{one.excuse.until:%Y-%m-%d}",
        "unconfirmed": one.unconfirmed_since is not None,
    }


def _facts(one: "Standing", now: datetime) -> list[tuple[str, str]]:
    place, finding = one.place, one.finding
    deadline = "" if one.deadline is None else f"{one.deadline:%Y-%m-%d %H:%M} UTC"
    told = [
        ("Part", finding.part),
        ("Written in", str(finding.place or "")),
        ("Owner", one.owner or "nobody, as far as anybody says"),
        ("Until", f"{deadline}, which is over" if one.is_overdue(now) else deadline),
        ("Found first", f"{one.first_seen:%Y-%m-%d %H:%M} UTC"),
        ("Seen last", f"{one.last_seen:%Y-%m-%d %H:%M} UTC"),
        ("Came back", f"{one.reopened} times" if one.reopened else ""),
        ("Exposure", str(place.exposure or "not known")),
        ("Classification", str(place.classification or "not known")),
        ("Criticality", str(place.criticality or "not known")),
        ("Environment", str(place.environment or "not known")),
        ("Found by", finding.source + (f", as {finding.rule}" if finding.rule else "")),
    ]
    return [(name, value) for name, value in told if value]


def _history(steps: "Sequence[Step]") -> list[tuple["Step", str]]:
    """What became of it, the newest first, with who it was: people by their addresses."""
    found = {one.who for one in steps}
    people = User.objects.filter(pk__in=[who for who in found if _SUBJECT.fullmatch(who)])
    names = {one.subject: one.name or one.email for one in people}
    return [(one, names.get(one.who, one.who)) for one in reversed(steps)]


def _read(fact: Any) -> dict[str, str]:
    return {
        "aspect": fact.aspect,
        "component": fact.component,
        "api": fact.api,
        "at": "" if fact.at is None else f"{fact.at:%Y-%m-%d %H:%M:%S} UTC",
        "became": _READ[str(fact.state)],
        "tone": _READ_TONES.get(str(fact.state), ""),
        "why": fact.why,
    }


def _choices(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": _url(**given), "current": said == given}
        for label, given in _CHOICES
    ]


def _url(**said: Any) -> str:
    given = {name: value for name, value in said.items() if value}
    following = f"?{urlencode(given, doseq=True)}" if given else ""
    return f"{reverse('findings')}{following}"
