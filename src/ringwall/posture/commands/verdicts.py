"""How verdicts are printed: what fails, worst first; what is not known, and why; what passes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ringwall.runtime.output import print_json_list, print_table, say
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.judging import Judged
    from ringwall.posture.snapshot.snapshot import Snapshot

_LONG: Final = 30
"""A check that fails more often has ``_MOST`` rows; the others are counted."""
_MOST: Final = 20
_COLOURS: Final = {"critical": "red bold", "high": "red", "medium": "yellow", "low": "cyan"}
_COLUMNS: Final = (
    Column("severity"),
    Column("check"),
    Column("component", least=16, shorten="start"),
    Column("why", rank=1, least=24),
    Column("where", rank=2),
)


def show_verdicts(
    judged: "Sequence[Judged]",
    checks: "Sequence[KnownCheck]",
    snapshot: "Snapshot",
    *,
    places: Mapping[str, str],
    as_json: bool,
) -> None:
    """Print them. ``places`` tells where components are declared, by their ids."""
    if as_json:
        print_json_list(_told(one, places) for one in judged)
        return
    failed = [one for one in judged if one.verdict.outcome == "fail"]
    failed.sort(key=lambda one: (-one.severity.number, one.check, one.component))
    left = Counter(one.check for one in failed)
    left = Counter({check: count - _MOST for check, count in left.items() if count > _LONG})
    shown: Counter[str] = Counter()
    rows = []
    for one in failed:
        shown[one.check] += 1
        if one.check not in left or shown[one.check] <= _MOST:
            colour = _COLOURS.get(one.severity, "")
            label, place = _label(snapshot, one.component), places.get(one.component, "")
            rows.append((Cell(one.severity, colour), one.check, label, one.verdict.why, place))
    print_table(_COLUMNS, rows, empty="nothing fails")
    if left:
        said = ", ".join(f"{count:,} of {check}" for check, count in left.most_common())
        say(f"and more that fail, which --json lists: {said}", style="dim")
    unknown = [one for one in judged if one.verdict.outcome == "unknown"]
    _show_unknown(unknown, snapshot)
    _show_unlisted(snapshot)
    passed = len(judged) - len(failed) - len(unknown)
    said = f"{len(failed)} fail, {len(unknown)} are unknown, {passed} pass"
    judging = {one.check for one in judged}
    silent = sum(one.id not in judging for one in checks)
    say(f"{said}; {silent} of {len(checks)} checks had nothing to judge", style="dim")


def _show_unknown(unknown: "Sequence[Judged]", snapshot: "Snapshot") -> None:
    """Each check's reasons; those that differ by a region alone are one."""
    from ringwall.posture.snapshot.reasons import Untold, cause, reasons_of

    told: dict[str, list[Untold]] = {}
    for one in unknown:
        seen = snapshot.get(one.component)
        region = "" if seen is None else seen.found.region
        why = cause(one.verdict.why, _label(snapshot, one.component))
        told.setdefault(one.check, []).append(Untold(one.check, region, why))
    for check, several in sorted(told.items()):
        for reason in sorted(reasons_of(several), key=lambda reason: reason.why):
            where = f" {reason.where}" if reason.where else ""
            say(("unknown: ", "yellow"), f"{check}, {reason.count:,} of them{where}: {reason.why}")


def _show_unlisted(snapshot: "Snapshot") -> None:
    """What could not be listed, and why; of code, which has a line for each root, once."""
    from ringwall.posture.snapshot.reasons import Untold, reasons_of

    told: dict[str, list[Untold]] = {}
    for scope, listed in sorted(snapshot.all_listings(), key=lambda one: one[0]):
        if not listed.is_told:
            account = "" if scope.account.startswith("code") else scope.account
            one = Untold(scope.kind, scope.region, listed.why or listed.state)
            told.setdefault(account, []).append(one)
    for account, several in told.items():
        for reason in reasons_of(several):
            where = "".join(f" {one}" for one in (account, reason.where) if one)
            say(("not listed: ", "yellow"), f"{reason.what('kinds')}{where}: {reason.why}")


def _label(snapshot: "Snapshot", component: str) -> str:
    seen = snapshot.get(component)
    return component if seen is None else seen.found.label


def _told(one: "Judged", places: Mapping[str, str]) -> dict[str, object]:
    return {
        "check": one.check,
        "component": one.component,
        "outcome": one.verdict.outcome,
        "severity": one.severity,
        "why": one.verdict.why,
        "place": places.get(one.component),
        "facts": [
            {
                "component": fact.component,
                "aspect": fact.aspect,
                "state": fact.state,
                "api": fact.api,
                "at": None if fact.at is None else fact.at.isoformat(),
            }
            for fact in one.verdict.facts
        ],
    }
