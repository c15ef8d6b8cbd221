"""``inventory show``: all there is of one component."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.inventory.commands.places import GROUP, PANEL, Component, begin, named
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say, show

if TYPE_CHECKING:
    from ringwall.inventory.standing import Event, Neighbour

_WIDEST: Final = 300
_STEPS: Final = 50
_NEIGHBOURS: Final = 200


@command(name="show", group=GROUP, panel=PANEL, does="inventory:see")
def show_(
    context: typer.Context,
    component: Component,
    *,
    whole: Annotated[bool, typer.Option("--whole", help="Shorten nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a component: its categories, who says what of it, its relations and its history."""
    begin(context)
    from ringwall.inventory import service
    from ringwall.inventory.standing import whole as collected

    one = named(component)
    said = service.told_of(one.id)
    neighbours = service.neighbours(one.id, limit=_NEIGHBOURS)
    events = service.history(one.id, limit=10_000 if whole else _STEPS)
    if as_json:
        print_json(collected(one, said, neighbours, events))
        return
    say((one.id, "bold"))
    for name, value in (
        ("Called", one.found.label),
        ("Account", " ".join(filter(None, (one.found.account, one.found.region)))),
        ("Tags", ", ".join(f"{key}={value}" for key, value in one.found.tags)),
        ("There since", "" if one.since is None else f"{one.since:%Y-%m-%d %H:%M} UTC"),
        ("Gone since", "" if one.gone is None else f"{one.gone:%Y-%m-%d %H:%M} UTC"),
    ):
        if value:
            show(f"{name}: {value}")
    if one.first is None:
        say("Nobody told of it: it is only named by others.", style="yellow")
    show(f"Owner: {one.categories['owner'] or 'nobody, as far as anybody says'}")
    show(f"Exposure: {one.exposure} (the internet's reach: {one.reach})")
    for name in ("classification", "environment", "criticality", "layer", "service_model"):
        show(f"{name.replace('_', ' ').capitalize()}: {one.categories[name]}")
    for told in said:
        at = "not to its end yet" if told.at is None else f"{told.at:%Y-%m-%d %H:%M} UTC"
        show(f"Told by {told.source} ({told.scope}), {at}:")
        for aspect, value in sorted(told.aspects.items()):
            show(f"  {aspect}: {_short(_said(value), whole=whole)}")
    _list(
        "Relations",
        [_short(_related(each), whole=whole) for each in neighbours],
    )
    _list("History", [_short(line_of(event), whole=whole) for event in events])


def line_of(event: "Event") -> str:
    """One step in a line."""
    told = f"{event.at:%Y-%m-%d %H:%M} {event.what}"
    if event.what == "changed":
        told += f" {event.aspect}: {event.before or 'not told'} -> {event.after or 'not told'}"
    elif event.what in {"related", "unrelated"}:
        told += f": {event.aspect} {event.after or event.before}"
    return f"{told} ({event.source})"


def _related(each: "Neighbour") -> str:
    told = f"{each.kind} {each.other}" if each.is_forward else f"{each.other} {each.kind} it"
    return f"{told}: {each.why}" if each.why else told


def _said(value: Any) -> str:
    if value["state"] == "known":
        return json.dumps(value.get("value"), ensure_ascii=False)
    return f"{value['state']}{': ' if value.get('why') else ''}{value.get('why', '')}"


def _short(text: str, *, whole: bool) -> str:
    return text if whole or len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _list(heading: str, lines: list[str]) -> None:
    if lines:
        show(f"{heading}:")
    for line in lines:
        show(f"  {line}")
