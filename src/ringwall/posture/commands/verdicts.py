"""How verdicts are printed: what fails, worst first; what is not known, and why; what passes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ringwall.runtime.output import print_json_list, print_table, say
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.core.observations import Observation
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.judging import Judged
    from ringwall.posture.snapshot.snapshot import Scope, Snapshot

_COLOURS: Final = {"critical": "red bold", "high": "red", "medium": "yellow", "low": "cyan"}
_COLUMNS: Final = (
    Column("severity"),
    Column("check"),
    Column("component"),
    Column("why", rank=1),
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
    rows = [
        (
            Cell(one.severity, _COLOURS.get(one.severity, "")),
            one.check,
            _label(snapshot, one.component),
            one.verdict.why,
            places.get(one.component, ""),
        )
        for one in failed
    ]
    print_table(_COLUMNS, rows, empty="nothing fails")
    unknown = [one for one in judged if one.verdict.outcome == "unknown"]
    reasons = Counter((one.check, _cause(one, snapshot)) for one in unknown)
    for (check, why), count in sorted(reasons.items()):
        say(("unknown: ", "yellow"), f"{check}, {count} of them: {why}")
    unlisted = (
        (scope, told)
        for scope, told in sorted(snapshot.all_listings(), key=lambda one: one[0])
        if not told.is_told
    )
    for said in dict.fromkeys(_unlisted(scope, told) for scope, told in unlisted):
        say(("not listed: ", "yellow"), said)
    passed = len(judged) - len(failed) - len(unknown)
    said = f"{len(failed)} fail, {len(unknown)} are unknown, {passed} pass"
    judging = {one.check for one in judged}
    silent = sum(one.id not in judging for one in checks)
    say(f"{said}; {silent} of {len(checks)} checks had nothing to judge", style="dim")


def _unlisted(scope: "Scope", told: "Observation") -> str:
    """What could not be listed, and why; of code, which has a line for each root, once."""
    where = "" if scope.account.startswith("code") else f"{scope.account} {scope.region}"
    return f"{f'{scope.kind} {where}'.rstrip()}: {told.why or told.state}"


def _cause(one: "Judged", snapshot: "Snapshot") -> str:
    """Why it is unknown, without its own name: many are so for the same cause."""
    named = f" of {_label(snapshot, one.component)} is not known: "
    return one.verdict.why.replace(named, " is not known: ", 1)


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
