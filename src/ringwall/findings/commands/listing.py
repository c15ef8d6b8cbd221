"""``findings list`` and ``show``: what is wrong, the most urgent first."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.core.findings import Severity
from ringwall.findings.states import UNDONE, State
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ringwall.core.findings import Finding
    from ringwall.findings.standing import Standing
    from ringwall.findings.store import Wanted

GROUP: Final = "findings"
PANEL: Final = "Posture"
_COLOURS: Final = {"critical": "red bold", "high": "red", "medium": "yellow", "low": "cyan"}

Uid = Annotated[
    str, typer.Argument(metavar="UID", help="The uid, or the beginning of it, as `list` shows it.")
]
States = Annotated[
    list[State] | None,
    typer.Option("--state", help="In this state, several times for several; else what is undone."),
]
All = Annotated[bool, typer.Option("--all", help="In whatever state.")]
Least = Annotated[
    Severity | None, typer.Option("--severity", help="Of this severity, or a higher one.")
]
Weakness = Annotated[
    str, typer.Option("--weakness", help="A check's id, or what several begin with.")
]
OfComponent = Annotated[str, typer.Option("--component", help="A component's id, or a kind.")]
Owner = Annotated[str, typer.Option("--owner", help="Whose job it is.")]
Source = Annotated[str, typer.Option("--source", help="Seen by this source, such as prowler.")]
Environment = Annotated[str, typer.Option("--environment", help="Of such components.")]
Exposure = Annotated[str, typer.Option("--exposure", help="Of components that these reach.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only what should be mended by now.")]


def wanted_of(
    *,
    states: list[State] | None,
    everything: bool,
    least: Severity | None,
    weakness: str,
    component: str,
    owner: str,
    source: str,
    environment: str = "",
    exposure: str = "",
    overdue: bool = False,
    text: str = "",
) -> "Wanted":
    """What options ask for."""
    from ringwall.findings.store import Wanted

    chosen = frozenset(State) if everything else frozenset(states or UNDONE)
    return Wanted(
        states=chosen,
        least=least,
        weakness=weakness,
        component=component,
        owner=owner,
        source=source,
        environment=environment,
        exposure=exposure,
        text=text,
        overdue_at=datetime.now(UTC) if overdue else None,
    )


@command(name="list", group=GROUP, panel=PANEL, does="findings:see")
def findings_list(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="In title, check, component or its name.")
    ] = "",
    *,
    state: States = None,
    everything: All = False,
    severity: Least = None,
    weakness: Weakness = "",
    component: OfComponent = "",
    owner: Owner = "",
    source: Source = "",
    environment: Environment = "",
    exposure: Exposure = "",
    overdue: Overdue = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List findings, the most urgent first; only what is undone, where nothing else is said."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context))
    from ringwall.findings import service

    wanted = wanted_of(
        states=state,
        everything=everything,
        least=severity,
        weakness=weakness,
        component=component,
        owner=owner,
        source=source,
        environment=environment,
        exposure=exposure,
        overdue=overdue,
        text=text,
    )
    found, now = list(service.standings(wanted, limit=limit)), datetime.now(UTC)
    if as_json:
        print_json([one.to_json(now) for one in found])
        return
    from ringwall.findings.known import known_labels
    from ringwall.runtime.tables import Cell, Column

    labels = known_labels({one.finding.component for one in found})
    print_table(
        (
            Column("uid"),
            Column("rank", right=True),
            Column("severity"),
            Column("finding", least=16),
            Column("component", rank=1, least=16, shorten="start"),
            Column("state", rank=2),
            Column("owner", rank=4),
            Column("until", rank=3),
        ),
        [
            (
                one.uid[:8],
                one.score,
                Cell(one.finding.severity, _COLOURS.get(one.finding.severity, "")),
                one.finding.title,
                _called(one.finding.component, labels.get(one.finding.component, "")),
                one.state,
                one.owner,
                _until(one, now),
            )
            for one in found
        ],
        empty="nothing is found that is so",
    )
    if len(found) == limit and (count := service.count(wanted)) > limit:
        say(f"{count - limit:,} more; `--limit` shows more of them", style="dim")


def _called(component: str, label: str) -> str:
    """A component by its id, and by what people call it where that does not say so."""
    return component if not label or label in component else f"{component} ({label})"


def _until(one: "Standing", now: datetime) -> object:
    from ringwall.runtime.tables import Cell

    if one.excuse is not None:
        return f"{one.excuse.until:%Y-%m-%d}"
    if one.deadline is None:
        return ""
    return Cell(f"{one.deadline:%Y-%m-%d}", "red" if one.is_overdue(now) else "")


@command(name="show", group=GROUP, panel=PANEL, does="findings:see")
def findings_show(context: typer.Context, uid: Uid, *, as_json: AsJson = False) -> None:
    """Show all there is of a finding: evidence, the way to fix it, its rank, its history."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context))
    from ringwall.findings import service
    from ringwall.findings.known import known_values
    from ringwall.findings.standing import whole

    one = service.find(uid)
    steps, sightings = service.history(one.uid)
    scopes = [seen.scope for seen in sightings]
    values, why_none = known_values(installation_of(context), one.finding, scopes)
    told = whole(one, datetime.now(UTC), steps, sightings)
    told["values"] = [
        {"component": component, "aspect": aspect, "value": text}
        for (component, aspect), text in values.items()
    ]
    told["values_not_known"] = why_none or None
    if as_json:
        print_json(told)
        return
    say((one.finding.title, "bold"))
    say(f"{one.uid}, {one.state} since {one.since:%Y-%m-%d %H:%M} UTC")
    for name, value in (
        ("Severity", f"{one.finding.severity}, rank {one.score}"),
        ("Check", one.finding.weakness),
        ("Component", one.finding.component),
        ("Part", one.finding.part),
        ("Where", str(one.finding.place or "")),
        ("Owner", one.owner),
        ("Deadline", "" if one.deadline is None else f"{one.deadline:%Y-%m-%d}"),
        ("Says", one.finding.message),
        ("To fix it", one.finding.fix),
    ):
        if value:
            show(f"{name}: {value}")
    if one.unconfirmed_since is not None:
        say(
            f"Not confirmed since {one.unconfirmed_since:%Y-%m-%d}: {one.unconfirmed_why}",
            style="yellow",
        )
    if one.excuse is not None:
        until = f"{one.excuse.until:%Y-%m-%d}"
        show(f"Excused: by {one.excuse.owner} until {until}: {one.excuse.reason}")
    _list("Evidence", list(_evidence(one.finding, values)))
    if why_none:
        show(f"  {why_none}")
    _list("Rank", told["score_by"])
    _list("References", told["references"])
    _list("Controls", told["controls"])
    _list(
        "Seen by",
        [
            f"{s.source} ({s.scope}), last on {s.last_seen:%Y-%m-%d}"
            + ("" if s.is_present else ", not any more")
            for s in sightings
        ],
    )
    _list(
        "History",
        [
            f"{s.at:%Y-%m-%d %H:%M} {s.what} {s.after} {s.text} ({s.who})".replace("  ", " ")
            for s in steps
        ],
    )


def _evidence(one: "Finding", values: "Mapping[tuple[str, str], str]") -> "Iterator[str]":
    """What it stands on, each read once, with the value that decided below it."""
    left = {f"{each.aspect} of {each.component}": each for each in one.facts}
    for line in one.evidence:
        yield line
        name = next(
            (name for name in left if line == name or line.startswith((f"{name} ", f"{name}:"))),
            None,
        )
        if name is not None:
            fact = left.pop(name)
            if text := values.get((fact.component, fact.aspect)):
                yield f"  {text}"
    for name, fact in left.items():
        yield f"{name}: {fact.state}"
        if text := values.get((fact.component, fact.aspect)):
            yield f"  {text}"


def _list(heading: str, lines: list[str]) -> None:
    if lines:
        show(f"{heading}:")
    for line in lines:
        show(f"  {line}")
