"""``sources``: the lists that the edge goes by, and who is on them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.runtime.commanding import command, concerns, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ringwall.gateway.availability.config import Availability
    from ringwall.gateway.service import Gateway
    from ringwall.gateway.sources.shelf import Shelf

PANEL: Final = "Availability"
GROUP: Final = "sources"


@command(name="list", group=GROUP, panel=PANEL, does="blocks:see")
def sources_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the lists: what they are for and until when, how old, and why one is not renewed."""
    gateway, availability = _in_force(context)
    from ringwall.gateway.sources.shelf import Shelf

    shelf = Shelf(gateway.layout.state)
    rows = [*_rows(availability, shelf, datetime.now(UTC))]
    if as_json:
        print_json(rows)
        return
    reasons = any(one["reason"] for one in rows)
    columns = (
        (Column("list"), lambda one: one["list"]),
        (Column("from", rank=4, least=10), lambda one: one["from"]),
        (Column("names"), lambda one: Cell.listing(_names(one))),
        (Column("spared", right=True, rank=3), lambda one: _number(one["spared"])),
        (Column("read (UTC)", rank=2), lambda one: _minute(one["read"])),
        *(
            (
                (Column("reason", least=12), lambda one: one["reason"]),
                (Column("until (UTC)", rank=1), lambda one: _minute(one["until"])),
            )
            if reasons
            else ()
        ),
        (Column("state", least=20), _state),
    )
    print_table(
        tuple(column for column, _ in columns),
        [tuple(of(one) for _, of in columns) for one in rows],
        empty="there is no list: see availability.sources",
    )
    for one in shelf.running if availability.sources.feeds else ():
        say(f"spared by feeds while signed in: {one.email} at {one.text}")


@command(name="refresh", group=GROUP, panel=PANEL, does="blocks:change")
def sources_refresh(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="LIST", help="A feed, by its name.")],
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take it however much it has grown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a feed now, and have the edge go by it.

    Whole or not at all: where a line cannot be read the list of before stays.
    """
    concerns(context, "List", name)
    gateway, availability = _in_force(context)
    from ringwall.gateway.commands.naming import unknown
    from ringwall.gateway.sources.feeds import read_due
    from ringwall.gateway.sources.lists import ListError
    from ringwall.gateway.sources.shelf import Shelf

    names = [one.name for one in availability.sources.feeds]
    if name not in names:
        raise unknown("feed", name, names)
    try:
        (done,) = read_due(
            availability,
            root=gateway.layout.root,
            state=gateway.layout.state,
            now=datetime.now(UTC),
            accept=accept,
            only=name,
        )
    except ListError as error:
        raise Refused(f"the lists of before stay: {error}") from error
    if done.refused:
        raise Refused(f"the list of before stays: {done.refused}", code=ExitCode.CONFIGURATION)
    count = Shelf(gateway.layout.state).kept(name).count
    if as_json:
        print_json({"list": name, "changed": done.changed, "networks": count})
        return
    say(f"{name} has {count} networks" + ("" if done.changed else ", as before"), style="green")


@command(name="find", group=GROUP, panel=PANEL, does="blocks:see")
def sources_find(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An address.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Tell what becomes of an address: denied, on a list, allowed, or none of it."""
    from ipaddress import ip_address

    try:
        meant = ip_address(address)
    except ValueError:
        raise Refused(
            f"{address[:50]} is no address", hint="such as 192.0.2.7", code=ExitCode.USAGE
        ) from None
    gateway, availability = _in_force(context)
    from ipaddress import ip_network

    from ringwall.gateway.sources import door, filters
    from ringwall.gateway.sources.looking import list_of, refused_for
    from ringwall.gateway.sources.shelf import Shelf
    from ringwall.gateway.sources.sparing import touching

    now, shelf = datetime.now(UTC), Shelf(gateway.layout.state)
    denied = touching(ip_network(meant), door.denied_now(gateway.layout, now=now).networks)
    found = list_of(shelf.database, meant)
    blocked = filters.blocked_now(gateway.layout, now=now)
    refusal = refused_for(availability.sources, shelf, meant, now=now, blocked=blocked)
    if as_json:
        told = {"address": str(meant), "denied": denied and str(denied), "list": found}
        why = None if refusal is None else refusal.why
        reason = refusal.reason if refusal else ""
        until = refusal.until.isoformat() if refusal and refusal.until else None
        print_json({**told, "refused": why, "reason": reason, "until": until})
        return
    if denied is not None:
        say(f"{meant} is refused at the door: {denied} is denied (`ringwall block list`)")
    if refusal is not None:
        reason = f" ({refusal.reason})" if refusal.reason else ""
        end = "" if refusal.until is None else f", until {_minute(refusal.until)} UTC"
        say(f"{meant} is refused: {refusal.why}{reason}{end}")
    elif denied is None:
        say(f"{meant} is let in" + ("" if found is None else ": no list is for it"))


def _rows(
    availability: "Availability", shelf: "Shelf", now: datetime
) -> "Iterator[dict[str, Any]]":
    from ringwall.gateway.availability.sources import OWN
    from ringwall.gateway.sources.bringing import known_as
    from ringwall.gateway.sources.places import made

    sources, cut = availability.sources, shelf.cut()
    if sources.block:
        yield _row(OWN, "ringwall.yaml", len(sources.block), cut.get(OWN, 0))
    for one in sources.lists:
        others = {
            "countries": len(one.countries),
            "systems": len(one.systems),
            "fingerprints": len(one.fingerprints),
            "user agents": len(one.user_agents),
        }
        spared = cut.get(one.name, 0) if one.networks else None
        yield {
            **_row(one.name, "ringwall.yaml", len(one.networks), spared),
            "others": {name: count for name, count in others.items() if count},
            "reason": one.reason,
            "until": one.until and one.until.astimezone(UTC).isoformat(),
            "over": one.is_over(now),
        }
    for feed in sources.feeds:
        kept = shelf.kept(feed.name)
        row = _row(feed.name, feed.file or str(feed.url), kept.count, cut.get(feed.name, 0))
        yield {**row, "read": kept.read, "seen": kept.seen, "refused": kept.refused}
    for place, file in sources.databases.items():
        kept, age = shelf.kept(known_as(place)), made(shelf.place(place))
        row = {**_row(place, file, None, None), "made": age and age.isoformat()}
        yield {**row, "read": kept.read, "seen": kept.seen, "refused": kept.refused}


def _in_force(context: typer.Context) -> "tuple[Gateway, Availability]":
    from ringwall.gateway.availability.config import AVAILABILITY, Availability
    from ringwall.gateway.opening import open_gateway

    gateway = open_gateway(installation_of(context))
    configuration = gateway.in_force()
    if configuration is None:
        hint = "`ringwall up` applies the files"
        raise Refused("nothing has been applied yet", hint=hint, code=ExitCode.NOT_RUNNING)
    return gateway, configuration.one(Availability, AVAILABILITY)


def _row(name: str, place: str, networks: int | None, spared: int | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "list": name,
        "from": place,
        "networks": networks,
        "spared": spared,
        "others": {},
    }
    return {
        **row,
        "reason": "",
        "until": None,
        "over": False,
        "read": "",
        "seen": "",
        "refused": "",
    }


def _names(one: dict[str, Any]) -> list[str]:
    """What a list names, in words."""
    counts = {"networks": one["networks"], **one["others"]}
    singular = {"countries": "country"}
    return [
        f"{count} {name if count != 1 else singular.get(name, name[:-1])}"
        for name, count in counts.items()
        if count or (count == 0 and not one["others"])
    ]


def _number(count: int | None) -> str:
    return "" if count is None else str(count)


def _minute(moment: str | datetime | None) -> str:
    text = moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else moment or ""
    return text[:16].replace("T", " ")


def _state(one: dict[str, Any]) -> Cell:
    if one["refused"]:
        return Cell(f"refused: {one['refused']}", "red")
    if one["over"]:
        return Cell("over: refuses nobody", "yellow")
    if one["from"] == "ringwall.yaml" or one["read"]:
        return Cell("in force", "green")
    return Cell("not read yet", "yellow")
