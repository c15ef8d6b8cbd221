"""Posture over time as pages: frameworks after each scan, and what changed between two scans."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.console.posture import none, or_why
from ringwall.identity.pages.company import company_only
from ringwall.runtime.current import current_installation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ringwall.core.verdicts import Outcome
    from ringwall.posture.differing import Difference
    from ringwall.posture.frameworks.catalogue import Framework
    from ringwall.posture.frameworks.history import Point
    from ringwall.posture.over_time import Course

_ROWS: Final = 50
"""Checks that a page names."""


@require_safe
@company_only(Action.POSTURE_SEE)
def history(request: HttpRequest) -> HttpResponse:
    """Each framework over time, of one ``account`` or of all together, of one ``owner`` or all."""

    def shown() -> HttpResponse:
        from ringwall.posture import service  # noqa: PLC0415 - most never ask

        asked = _Asked(request)
        if not asked.is_known:
            return none(request, "scope or owner")
        several = service.over_time(
            current_installation(), account=asked.account, owner=asked.owner
        )
        cards = [
            _card(known, several[name], asked)
            for name, known in service.frameworks().items()
            if name in several
        ]
        return render(request, "console/posture_history.html", {**asked.told, "cards": cards})

    return or_why(request, shown)


@require_safe
@company_only(Action.POSTURE_SEE)
def framework(request: HttpRequest, name: str) -> HttpResponse:
    """One framework over time, scan by scan."""

    def shown() -> HttpResponse:
        from ringwall.posture import service  # noqa: PLC0415 - most never ask

        asked, known = _Asked(request), service.frameworks().get(name)
        if known is None:
            return none(request, "framework")
        if not asked.is_known:
            return none(request, "scope or owner")
        several = service.over_time(
            current_installation(), account=asked.account, framework=name, owner=asked.owner
        )
        found = several.get(name)
        told = {
            **asked.told,
            "one": _card(known, found, asked) if found else None,
            "title": known.title,
            "version": known.version,
            "rows": [_row(one) for one in reversed(found.recent)] if found else [],
            "more": found.scans - len(found.recent) if found else 0,
            "of": reverse("posture_framework", args=[name]) + asked.scope_query,
        }
        return render(request, "console/posture_framework_history.html", told)

    return or_why(request, shown)


@require_safe
@company_only(Action.POSTURE_SEE)
def changes(request: HttpRequest) -> HttpResponse:
    """What changed between two scans of an account, check by check: the last two, if not said."""
    from ringwall.posture import service  # noqa: PLC0415 - most never ask

    installation = current_installation()
    names = [one.account for one in service.accounts(installation) if one.last is not None]
    account = request.GET.get("account", "") or (names[0] if names else "")
    if account and account not in names:
        return none(request, "account")
    told: dict[str, Any] = {"accounts": [(one, one) for one in names], "account": account}
    scans = service.scans(installation, account) if account else []
    if len(scans) > 1:
        before = _moment(request.GET.get("from"), scans) or scans[-2]
        now = _moment(request.GET.get("to"), scans) or scans[-1]
        found = service.between(installation, account, before, now)
        if found is None:
            return none(request, "scan")
        rows = [_difference(one) for one in found.differences]
        told |= {
            "scans": [(f"{at.isoformat()}", f"{at:%Y-%m-%d %H:%M} UTC") for at in reversed(scans)],
            "before": found.before.at.isoformat(),
            "now": found.now.at.isoformat(),
            "rows": rows[:_ROWS],
            "more": max(0, len(rows) - _ROWS),
            "partial": found.before.partial or found.now.partial,
            "other_checks": found.before.checks != found.now.checks,
            "is_same": found.before.at == found.now.at,
        }
    return render(request, "console/posture_changes.html", told)


class _Asked:
    """Which scope a page is about, and whose part of it; ``""`` for all together."""

    def __init__(self, request: HttpRequest) -> None:
        from ringwall.posture import service  # noqa: PLC0415 - most never ask

        self.account = request.GET.get("account", "")
        self.owner = request.GET.get("owner", "")
        self._known, self._owners = service.remembered(current_installation())

    @property
    def is_known(self) -> bool:
        return self.account in {"", *self._known} and self.owner in {"", *self._owners}

    @property
    def scope_query(self) -> str:
        return f"?{urlencode({'account': self.account})}" if self.account else ""

    @property
    def query(self) -> str:
        given = {"account": self.account, "owner": self.owner}
        said = {name: value for name, value in given.items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def told(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "accounts": [("", "All together"), *((one, one) for one in self._known)],
            "owner": self.owner,
            "owners": [("", "Everybody"), *((one, one) for one in self._owners)],
            "history": reverse("posture_history") + self.query,
        }


def _card(known: "Framework", course: "Course", asked: _Asked) -> dict[str, Any]:
    from ringwall.console.posture_drawn import drawn, percent  # noqa: PLC0415 - most never ask

    last, first = course.moments[-1], course.moments[0]
    return {
        "title": known.title,
        "version": known.version,
        "url": reverse("posture_framework_history", args=[known.id]) + asked.query,
        "chart": drawn(course.moments, known.title),
        "share": percent(last.share),
        "before": percent(first.share) if last is not first else "",
        "since": f"{first.at:%Y-%m-%d}",
        "checks": last.checks,
        "checks_before": first.checks if first.checks != last.checks else None,
        "scans": course.scans,
    }


def _row(one: "Point") -> dict[str, Any]:
    from ringwall.console.posture_drawn import percent  # noqa: PLC0415 - as above

    return {
        "at": f"{one.at:%Y-%m-%d %H:%M}",
        "account": one.account,
        "partial": one.partial,
        "checks": one.checks,
        "failing": one.failing,
        "unknown": one.unknown,
        "passing": one.passing,
        "share": percent(one.score),
        "of_checks": percent(one.share_of_checks),
    }


def _difference(one: "Difference") -> dict[str, Any]:
    from ringwall.core.verdicts import Outcome  # noqa: PLC0415 - most never ask

    words = []
    for outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS):
        before, now = _count(one.before, outcome), _count(one.now, outcome)
        if before != now:
            words.append((outcome.value, f"{before:,}", f"{now:,}"))
    note = {
        (True, False): "it could not look any more",
        (False, True): "it could not look before",
    }.get(one.could_look, "")
    if not note and one.before is None:
        note = "it had nothing to judge before"
    if not note and one.now is None:
        note = "it has nothing to judge any more"
    tone = "danger" if one.worse > 0 else "good" if one.worse < 0 else ""
    word = "worse" if one.worse > 0 else "better" if one.worse < 0 else "other"
    if not one.could_look[1]:
        tone, word = "warn", "unknown"
    return {
        "check": one.check,
        "url": reverse("posture_check", args=[one.check]),
        "figures": words,
        "note": note,
        "tone": tone,
        "word": word,
    }


def _count(counts: "Mapping[Outcome, int] | None", outcome: "Outcome") -> int:
    return (counts or {}).get(outcome, 0)


def _moment(text: str | None, scans: "Sequence[datetime]") -> datetime | None:
    """The scan of that time; ``None`` where nothing, or nothing that is kept, was asked for."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at in scans else None
