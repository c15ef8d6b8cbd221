"""Posture as pages: accounts and frameworks, one framework by controls, one check."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.core.verdicts import Outcome
from ringwall.identity import sessions
from ringwall.identity.authority import may_see_findings, may_see_inventory
from ringwall.identity.pages.company import company_only
from ringwall.identity.pages.errors import refused
from ringwall.runtime.current import current_installation
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.posture.frameworks.coverage import ControlStanding, Coverage
    from ringwall.posture.service import Account
    from ringwall.posture.summing import Change, Said, Summary

_SOURCE: Final = "ringwall/posture"
_FEW: Final = 10
_SHOWN: Final = 100
"""Components that a page of a check names."""
_TONES: Final = {"failing": "danger", "unknown": "warn", "passing": "good"}
_OUTCOMES: Final = {Outcome.FAIL: "danger", Outcome.UNKNOWN: "warn", Outcome.PASS: "good"}
_SEVERITIES: Final = {"critical": "danger", "high": "danger", "medium": "warn"}
_AGAIN_IN_S: Final = "5"


@require_safe
@company_only(Action.POSTURE_SEE)
def overview(request: HttpRequest) -> HttpResponse:
    """Accounts with their last scans, frameworks with all their controls, what changed."""
    from ringwall.posture import service  # noqa: PLC0415 - most never ask

    def shown() -> HttpResponse:
        from ringwall.posture.summing import stands  # noqa: PLC0415 - as above

        installation = current_installation()
        several = service.accounts(installation)
        summaries = [one.summary for one in several if one.summary is not None]
        known = service.frameworks(installation)
        told: dict[str, Any] = {
            "accounts": [_account(one) for one in several],
            "frameworks": [
                _framework(stands(one, service.mapped(), summaries)) for one in known.values()
            ],
            "changes": [each for one in service.changed(installation) if (each := _change(one))],
            "is_judged": bool(summaries),
        }
        return render(request, "console/posture.html", told)

    return _or_why(request, shown)


@require_safe
@company_only(Action.POSTURE_SEE)
def framework(request: HttpRequest, name: str) -> HttpResponse:
    """One framework, control by control; of one ``account`` or of all, of one ``standing``."""
    return _or_why(request, partial(_one_framework, request, name))


def _one_framework(request: HttpRequest, name: str) -> HttpResponse:
    from ringwall.posture import service  # noqa: PLC0415 - most never ask
    from ringwall.posture.frameworks.coverage import Standing  # noqa: PLC0415 - as above
    from ringwall.posture.summing import stands  # noqa: PLC0415 - as above

    installation = current_installation()
    known = service.frameworks(installation).get(name)
    if known is None:
        return _none(request, "framework")
    account, standing = request.GET.get("account", ""), request.GET.get("standing", "")
    several = service.accounts(installation)
    chosen = [one for one in several if account in {"", one.account}]
    if account and not chosen:
        return _none(request, "account")
    found = stands(
        known, service.mapped(), [one.summary for one in chosen if one.summary is not None]
    )
    told = {
        "one": _framework(found),
        "of": known.of,
        "controls": [
            _control(each) for each in found.controls if standing in {"", each.standing.value}
        ],
        "standings": _tabs(
            name,
            account,
            standing,
            [("All", ""), *((one.value.capitalize(), one.value) for one in Standing)],
        ),
        "accounts": [("", "All accounts"), *((one.account, one.account) for one in several)],
        "account": account,
        "standing": standing,
        "missing": [one for one in chosen if one.summary is None],
        "is_judged": any(one.summary is not None for one in chosen),
    }
    return render(request, "console/framework.html", told)


@require_safe
@company_only(Action.POSTURE_SEE)
def check(request: HttpRequest, name: str) -> HttpResponse:
    """One check: its page, what it comes to, the components that it does not pass."""
    return _or_why(request, partial(_one_check, request, name))


def _one_check(request: HttpRequest, name: str) -> HttpResponse:
    from ringwall.posture import service, telling  # noqa: PLC0415 - most never ask

    known = next((one for one in service.all_checks() if one.id == name), None)
    if known is None:
        return _none(request, "check")
    several = service.accounts(current_installation())
    summaries = [one.summary for one in several if one.summary is not None]
    counts = telling.standing_of_check(name, summaries)
    said = telling.said(name, summaries)
    person = sessions.signed_in(request).user
    findings = _queued(said) if may_see_findings(person) else set()
    inventory = may_see_inventory(person)
    verdicts = counts["verdicts"]
    told = {
        "check": known,
        "meta": known.check,
        "tone": _SEVERITIES.get(known.check.severity, ""),
        "controls": [
            (one, reverse("posture_framework", args=[one.partition(" ")[0]]))
            for one in known.check.controls
        ],
        "verdicts": [_counted(o, verdicts[str(o)]) for o in _OUTCOMES],
        "links": [one for one in known.check.references if one.startswith("https://")],
        "names": [one for one in known.check.references if not one.startswith("https://")],
        "rows": [_row(one, findings, inventory=inventory) for one in said[:_SHOWN]],
        "more": verdicts["fail"] + verdicts["unknown"] - min(len(said), _SHOWN),
        "unread": counts["could_not_look"],
        "missing": [one for one in several if one.summary is None],
        "is_cloud": known.check.judges.startswith("aws-"),
        "is_judged": bool(summaries),
    }
    return render(request, "console/check.html", told)


def _account(one: "Account") -> dict[str, Any]:
    found, total = one.summary, {}
    if found is None:
        return {"account": one.account, "why": one.why}
    total = {str(o): found.total.get(o, 0) for o in Outcome}
    return {
        "account": found.account,
        "read": f"{found.read:%Y-%m-%d %H:%M} UTC",
        "is_whole": found.is_whole,
        "gaps": found.gaps,
        "verdicts": [_counted(o, total[str(o)]) for o in _OUTCOMES],
        "bar": _bar([(tone, total[str(o)]) for o, tone in _OUTCOMES.items()]),
        "says": ", ".join(f"{total[str(o)]} {o}" for o in _OUTCOMES),
        "judged": len(found.counts),
        "empty": len(found.empty),
        "unread": len(found.unread),
        "unlisted": found.unlisted[:_FEW],
        "more_unlisted": max(0, len(found.unlisted) - _FEW),
        "since": _since(found),
    }


def _counted(outcome: Outcome, count: int) -> tuple[str, int, str]:
    """A word, how many, and the tone of it: what there is none of has none."""
    return str(outcome), count, _OUTCOMES[outcome] if count else ""


def _since(found: "Summary") -> tuple[int, int]:
    """How many findings its last scan brought, and how many it found mended."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    return service.since(_SOURCE, found.account, found.read)


def _framework(one: "Coverage") -> dict[str, Any]:
    counts = {standing.value: count for standing, count in one.counts.items()}
    bad = sum(each.failed for each in one.controls)
    unsure = sum(each.unknown for each in one.controls)
    good = sum(each.passed for each in one.controls)
    return {
        "id": one.framework.id,
        "url": reverse("posture_framework", args=[one.framework.id]),
        "title": one.framework.title,
        "version": one.framework.version,
        "controls": len(one.controls),
        "looked_at": one.checked,
        "counts": [(word, n, _TONES.get(word, "") if n else "") for word, n in counts.items()],
        "says": ", ".join(f"{n} {word}" for word, n in counts.items()),
        "bar": _bar(
            [(_TONES.get(word, "rest"), n) for word, n in counts.items() if word != "not checked"],
            total=len(one.controls),
        ),
        "score": None if one.score is None else f"{one.score * 100:.0f}",
        "pass": good,
        "fail": bad,
        "unknown": unsure,
        "verdicts": good + bad + unsure,
    }


def _control(one: "ControlStanding") -> dict[str, Any]:
    return {
        "control": one.control,
        "title": one.title,
        "standing": one.standing.value,
        "tone": _TONES.get(one.standing.value, ""),
        "strength": "" if one.strength is None else one.strength.value,
        "checks": [(name, reverse("posture_check", args=[name])) for name in one.checks],
        "counts": [
            (word, count)
            for word, count in (
                ("fail", one.failed),
                ("unknown", one.unknown),
                ("pass", one.passed),
            )
            if count
        ],
    }


def _change(one: "Change") -> dict[str, Any] | None:
    """How a framework changed in an account; ``None`` where there is nothing to hold it against."""
    before, now = one.before, one.now
    if before is None:
        return None
    figures = [
        (word, getattr(before, name), getattr(now, name))
        for word, name in (
            ("failing", "failing"),
            ("unknown", "unknown"),
            ("passing", "passing"),
            ("checks", "checks"),
        )
    ]
    moved = [each for each in figures if each[1] != each[2]]
    if not moved:
        return None
    return {
        "account": now.account,
        "framework": now.framework,
        "before": f"{before.at:%Y-%m-%d %H:%M}",
        "now": f"{now.at:%Y-%m-%d %H:%M}",
        "partial": now.partial or before.partial,
        "figures": moved,
    }


def _row(one: "Said", queued: set[str], *, inventory: bool) -> dict[str, Any]:
    component = f"{reverse('inventory_component')}?{urlencode({'id': one.component})}"
    return {
        "label": one.label,
        "component": one.component,
        "url": component if inventory else "",
        "finding": reverse("finding", args=[one.uid]) if one.uid in queued else "",
        "where": " ".join(filter(None, (one.account, one.region))),
        "outcome": one.outcome.value,
        "tone": _OUTCOMES[one.outcome],
        "severity": one.severity.value,
        "why": one.why,
    }


def _queued(said: "Sequence[Said]") -> set[str]:
    """Of what fails, the uids that are in the queue."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables
    from ringwall.findings.states import State  # noqa: PLC0415 - as above

    uids = tuple(one.uid for one in said[:_SHOWN] if one.uid)
    if not uids:
        return set()
    wanted = service.Wanted(states=frozenset(State), extra=uids)
    return {one.uid for one in service.standings(wanted)}


def _bar(parts: list[tuple[str, int]], total: int | None = None) -> list[dict[str, Any]]:
    """Pieces of a bar that is 1000 wide; what is not told of stays empty."""
    whole, begin, found = total or sum(count for _, count in parts), 0.0, []
    for tone, count in parts:
        width = 1000.0 * count / whole if whole else 0.0
        if count:
            found.append({"tone": tone, "x": f"{begin:.1f}", "width": f"{width:.1f}"})
        begin += width
    return found


def _tabs(
    name: str, account: str, chosen: str, several: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    def url(standing: str) -> str:
        given = {"account": account, "standing": standing}
        asked = urlencode({key: value for key, value in given.items() if value})
        return reverse("posture_framework", args=[name]) + (f"?{asked}" if asked else "")

    return [{"label": label, "url": url(v), "current": v == chosen} for label, v in several]


def _none(request: HttpRequest, what: str) -> HttpResponse:
    return refused(
        request,
        title=f"There is no such {what}",
        text="Posture tells which there are.",
        url=reverse("posture"),
        action="Look at posture",
        status=404,
    )


def _or_why(request: HttpRequest, shown: Any) -> HttpResponse:
    """The page; or why it cannot be made."""
    from ringwall.posture.service import BusyError  # noqa: PLC0415 - most never ask
    from ringwall.runtime.configuration import ConfigurationError  # noqa: PLC0415 - as above

    try:
        found: HttpResponse = shown()
    except BusyError:
        title, text = "Accounts are being judged", "Others ask at this moment. Try again soon."
        found = refused(request, title=title, text=text, status=429)
        found.headers["Retry-After"] = _AGAIN_IN_S
    except (ConfigurationError, Refused, ValueError):
        title = "Posture cannot be shown"
        text = (
            "Something that it is made of cannot be read: `ringwall posture frameworks` says why."
        )
        found = refused(request, title=title, text=text, status=503)
    return found
