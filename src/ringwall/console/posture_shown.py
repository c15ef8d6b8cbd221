"""How accounts, frameworks, controls and checks are shown: what templates are given."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from ringwall.core.verdicts import Outcome
from ringwall.posture.scope import CODE

if TYPE_CHECKING:
    from ringwall.posture.frameworks.coverage import ControlStanding, Coverage
    from ringwall.posture.service import Account
    from ringwall.posture.summing import Change, Said, Summary

_SOURCE: Final = "ringwall/posture"
_FEW: Final = 10
SHOWN: Final = 100
"""Components that a page of a check names."""
_TONES: Final = {"failing": "danger", "unknown": "warn", "passing": "good"}
OUTCOMES: Final = {Outcome.FAIL: "danger", Outcome.UNKNOWN: "warn", Outcome.PASS: "good"}


def account_shown(one: "Account") -> dict[str, Any]:
    """An account: when it was read, whether whole, what came out; or why it was not judged."""
    found, total = one.summary, {}
    if found is None:
        return {"account": one.account, "why": one.why}
    total = {str(o): found.total.get(o, 0) for o in Outcome}
    return {
        "account": found.account,
        "is_account": one.last is not None,
        "read": f"{found.read:%Y-%m-%d %H:%M} UTC",
        "is_whole": found.is_whole,
        "gaps": found.gaps,
        "verdicts": [counted(o, total[str(o)]) for o in OUTCOMES],
        "bar": _bar([(tone, total[str(o)]) for o, tone in OUTCOMES.items()]),
        "says": ", ".join(f"{total[str(o)]:,} {o}" for o in OUTCOMES),
        "judged": len(found.counts),
        "empty": len(found.empty),
        "unread": len(found.unread),
        "unlisted": found.unlisted[:_FEW],
        "more_unlisted": max(0, len(found.unlisted) - _FEW),
        "since": _since(found),
        "notes": _notes(one),
        "left_out": _left_out(one),
    }


def missing_shown(
    several: "Iterable[Account]", *, by_policies: bool = True
) -> list[dict[str, str]]:
    """What a page says nothing of, or nothing new, and why; by account.

    ``by_policies`` says that control policies count in what it shows, where they are told.
    """
    found = []
    for one in several:
        if one.summary is None:
            found.append({"head": f"Nothing is said here of {one.account}.", "why": one.why})
        found += [{"head": f"Of {one.account}:", "why": note} for note in _notes(one)]
        if by_policies and (why := _left_out(one)):
            found.append({"head": f"Of {one.account}:", "why": why})
    return found


def _left_out(one: "Account") -> str:
    """That an organisation's control policies do not count in what is shown of an account."""
    why = "" if one.summary is None else one.summary.left_out
    return why and f"control policies of its organisation are left out of all verdicts: {why}"


def _notes(one: "Account") -> list[str]:
    """What is not as it is now, in what is shown of an account."""
    found = []
    if one.kept is not None and one.is_stale:
        when, anew = f"{one.kept.judged:%Y-%m-%d %H:%M} UTC", "the worker judges it anew"
        if one.account.startswith(CODE):
            anew = "it is judged anew when it is declared again"
        found.append(f"checks changed since it was judged, {when}: {anew}")
    if one.read_since is not None:
        when = f"{one.read_since:%Y-%m-%d %H:%M} UTC"
        found.append(f"what was read of it {when} is not judged yet: this is of before")
    return found


def counted(outcome: Outcome, count: int) -> tuple[str, str, str]:
    """A word, how many, and the tone of it: what there is none of has none."""
    return str(outcome), f"{count:,}", OUTCOMES[outcome] if count else ""


def _since(found: "Summary") -> tuple[int, int]:
    """How many findings its last scan brought, and how many it found mended."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables

    return service.since(_SOURCE, found.account, found.read)


def framework_shown(one: "Coverage") -> dict[str, Any]:
    """A framework: how many of its controls stand how, and how many verdicts that is."""
    counts = {standing.value: count for standing, count in one.counts.items()}
    bad = sum(each.failed for each in one.controls)
    unsure = sum(each.unknown for each in one.controls)
    good = sum(each.passed for each in one.controls)
    checks = {standing.value: count for standing, count in one.of_checks.items()}
    return {
        "id": one.framework.id,
        "url": reverse("posture_framework", args=[one.framework.id]),
        "over_time": reverse("posture_framework_history", args=[one.framework.id]),
        "title": one.framework.title,
        "version": one.framework.version,
        "controls": f"{len(one.controls):,}",
        "looked_at": one.checked,
        "counts": [
            (word, f"{n:,}", _TONES.get(word, "") if n else "") for word, n in counts.items()
        ],
        "says": ", ".join(f"{n:,} {word}" for word, n in counts.items()),
        "bar": _bar(
            [(_TONES.get(word, "rest"), n) for word, n in counts.items() if word != "not checked"],
            total=len(one.controls),
        ),
        "score": None if one.score is None else f"{one.score * 100:.0f}",
        "pass": f"{good:,}",
        "fail": f"{bad:,}",
        "unknown": f"{unsure:,}",
        "verdicts": f"{good + bad + unsure:,}",
        "checks_pass": checks["passing"],
        "checks": sum(checks.values()) - checks["not judged"],
        "checks_share": None if one.share_of_checks is None else f"{one.share_of_checks * 100:.0f}",
    }


def control_shown(one: "ControlStanding") -> dict[str, Any]:
    """A control: how it stands, how strongly which checks support it."""
    return {
        "control": one.control,
        "title": one.title,
        "standing": one.standing.value,
        "tone": _TONES.get(one.standing.value, ""),
        "strength": "" if one.strength is None else one.strength.value,
        "checks": [
            (name, reverse("posture_check", args=[name]), said.value, _TONES.get(said.value, ""))
            for name, said in one.of_checks.items()
        ],
        "counts": [
            (word, f"{count:,}")
            for word, count in (
                ("fail", one.failed),
                ("unknown", one.unknown),
                ("pass", one.passed),
            )
            if count
        ],
    }


def change_shown(one: "Change", title: str) -> dict[str, Any] | None:
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
    account = urlencode({"account": now.account})
    return {
        "account": now.account,
        "title": title or now.framework,
        "url": f"{reverse('posture_framework_history', args=[now.framework])}?{account}",
        "before": f"{before.at:%Y-%m-%d %H:%M}",
        "now": f"{now.at:%Y-%m-%d %H:%M}",
        "partial": now.partial or before.partial,
        "figures": moved,
    }


def row_shown(one: "Said", queued: set[str], *, inventory: bool) -> dict[str, Any]:
    """A component that a check does not pass; ``queued`` are uids of findings that can be shown."""
    component = f"{reverse('inventory_component')}?{urlencode({'id': one.component})}"
    return {
        "label": one.label,
        "component": one.component,
        "url": component if inventory else "",
        "finding": reverse("finding", args=[one.uid]) if one.uid in queued else "",
        "where": " ".join(filter(None, (one.account, one.region))),
        "outcome": one.outcome.value,
        "tone": OUTCOMES[one.outcome],
        "severity": one.severity.value,
        "why": one.why,
    }


def queued(said: "Sequence[Said]") -> set[str]:
    """Of what fails, the uids that are in the queue."""
    from ringwall.findings import service  # noqa: PLC0415 - needs the tables
    from ringwall.findings.states import State  # noqa: PLC0415 - as above

    uids = tuple(one.uid for one in said[:SHOWN] if one.uid)
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


def tabs(
    name: str, account: str, chosen: str, several: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Lists of controls by how they stand, the chosen one marked."""

    def url(standing: str) -> str:
        given = {"account": account, "standing": standing}
        asked = urlencode({key: value for key, value in given.items() if value})
        return reverse("posture_framework", args=[name]) + (f"?{asked}" if asked else "")

    return [{"label": label, "url": url(v), "current": v == chosen} for label, v in several]
