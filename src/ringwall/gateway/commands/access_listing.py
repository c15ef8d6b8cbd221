"""``access can-do`` and ``access who-can``: everything one may do, everyone who may."""

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands import access_options as options
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ringwall.access.compiler.formulas import Formula
    from ringwall.core.principals import Principal
    from ringwall.gateway.allowances import Allowances, Way
    from ringwall.gateway.destinations import Destination
    from ringwall.runtime.installation import Installation

_TOLD_EVERY: Final = 5000
_STYLES: Final = {"always": "green", "never": "dim"}


@command(name="can-do", group=options.GROUP, panel=options.PANEL)
def access_can_do(
    context: typer.Context,
    who: Annotated[
        str | None,
        typer.Argument(metavar="[PRINCIPAL]", help=options.WHO, show_default=False),
    ] = None,
    *,
    role: options.Roles = None,
    group: options.Groups = None,
    tenant: options.Tenant = None,
    scope: options.Scopes = None,
    kind: options.KindOf = None,
    as_json: AsJson = False,
) -> None:
    """List everything that a principal may do, with the conditions that remain.

    What they bring themselves is known: roles, organisation, scopes. What differs from request to
    request remains as a condition: whose it is, how and when they were proven, from where, when.

    For example: `ringwall access can-do ada@north.example`, or `ringwall access can-do --role
    support --tenant shop`.
    """
    from ringwall.gateway.allowances import Allowances

    installation = installation_of(context)
    _, wanted = options.configured(installation)
    told = options.Hypothesis.of(role, group, tenant, scope, kind)
    found = options.principals_of(installation, who, told, wanted)
    if tenant is not None:
        found = tuple(one for one in found if one.tenant == tenant) or found
    allowances = Allowances(wanted)
    rows = [(one, _of_one(allowances, one)) for one in found]
    if as_json:
        print_json([_json(allowances, one, ways) for one, ways in rows])
        return
    for number, (one, ways) in enumerate(rows):
        if number:
            say("")
        _show(allowances, one, ways)


def _of_one(allowances: "Allowances", principal: "Principal") -> "dict[Way, Formula]":
    from ringwall.gateway.allowances import unknown_of

    asking = options.asking(principal)
    request, unknown = asking.request(), unknown_of(asking)
    return {way: allowances.left(way, asking, request, unknown) for way in allowances.ways()}


def _show(allowances: "Allowances", principal: "Principal", ways: "dict[Way, Formula]") -> None:
    say((f"{principal.kind} {options.of_whom(principal)}", "bold"), " may")
    together: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    never: dict[str, set[str]] = defaultdict(set)
    for way, formula in ways.items():
        said = allowances.wording(way).condition(formula)
        action = allowances.world.routes[way.route].actions[way.method]
        if said == "never":
            never[way.route].add(_doing(way.method, action))
        else:
            together[way.route, way.host, said].append((way.method, action))
    print_table(
        (
            Column("route"),
            Column("what"),
            Column("host", rank=1),
            Column("when", least=20),
        ),
        [
            (
                route,
                Cell.listing([_doing(*one) for one in sorted(methods)], separator=" "),
                host,
                Cell(said, _STYLES.get(said, "yellow")),
            )
            for (route, host, said), methods in together.items()
        ],
        empty="nothing: no policy lets them through any route",
    )
    if never and together:
        some = (f"{route} ({' '.join(sorted(what))})" for route, what in sorted(never.items()))
        say(("never: ", "bold"), ", ".join(some))
    if principal.kind.value == "ApiClient" and not principal.is_by_itself:
        say("It only acts for people, who have to be allowed themselves.", style="dim")


def _doing(method: str, action: str) -> str:
    return method if method == action else f"{method}={action}"


def _json(
    allowances: "Allowances", principal: "Principal", ways: "dict[Way, Formula]"
) -> dict[str, Any]:
    return {
        "principal": principal_json(principal),
        "may": [
            {
                "route": way.route,
                "host": way.host,
                "method": way.method,
                "action": allowances.world.routes[way.route].actions[way.method],
                "when": allowances.wording(way).condition(formula),
            }
            for way, formula in ways.items()
        ],
    }


def principal_json(principal: "Principal") -> dict[str, Any]:
    """A principal for programs."""
    return {
        "kind": principal.kind.value,
        "id": principal.id,
        "name": principal.email or principal.name,
        "key": principal.key,
        "tenant": principal.tenant,
        "roles": list(principal.roles),
        "scopes": None if principal.scopes is None else list(principal.scopes),
    }


@command(name="who-can", group=options.GROUP, panel=options.PANEL)
def access_who_can(
    context: typer.Context,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="Such as GET.")],
    what: Annotated[
        str, typer.Argument(metavar="URL|ROUTE", help="Where to, or the name of a route.")
    ],
    *,
    host: options.Host = None,
    path: options.Parameters = None,
    as_json: AsJson = False,
) -> None:
    """List everyone who may do something, by organisation, with the conditions that remain.

    First which kinds of principals may and when, then everybody by name whom the database knows.

    For example: `ringwall access who-can POST https://api.shop.localhost/v1/north/orders`, or
    `ringwall access who-can POST orders`.
    """
    from ringwall.gateway.allowances import Allowances, Way

    installation = installation_of(context)
    _, wanted = options.configured(installation)
    is_named = "/" not in what and "." not in what
    to = options.destination(
        wanted,
        method.upper(),
        None if is_named else what,
        route=what if is_named else None,
        host=host,
        parameters=path,
    )
    allowances = Allowances(wanted)
    way = Way(to.route.name, to.host, to.method)
    classes = dict(_classes(allowances, way, to))
    found, unasked = _people(installation, allowances, way, to)
    if as_json:
        print_json(
            {
                "route": to.route.name,
                "host": to.host,
                "method": to.method,
                "action": to.action,
                "classes": classes,
                "not_asked": unasked,
                "principals": [{**principal_json(one), "when": when} for one, when in found],
            }
        )
        return
    _show_classes(to, classes)
    if unasked is not None:
        say("")
        say(f"who that is by name cannot be told: {unasked}", style="yellow")
        return
    _show_people(found)


def _classes(
    allowances: "Allowances", way: "Way", to: "Destination"
) -> "Iterator[tuple[str, str]]":
    """By kind of principal, when it may; the route's own place is known as far as it was said."""
    from ringwall.access.asking.known import CIRCUMSTANCES, left
    from ringwall.access.compiler.facts import Parameter, Several, Text
    from ringwall.access.compiler.requests import Request
    from ringwall.gateway.allowances import EVERY

    words: dict[Any, str] = {Parameter(name): value for name, value in to.parameters.items()}
    if to.host_tenant is not None:
        words[Text.HOST_TENANT] = to.host_tenant
    whole = CIRCUMSTANCES | set(Text) | set(Several)
    wording = allowances.wording(way)
    for whose in EVERY:
        formula = allowances.formula(way, whose)
        yield str(whose), wording.condition(left(formula, Request(words=words), whole))


def _people(
    installation: "Installation", allowances: "Allowances", way: "Way", to: "Destination"
) -> "tuple[list[tuple[Principal, str]], str | None]":
    from ringwall.access.compiler.formulas import FALSE
    from ringwall.gateway.allowances import unknown_of

    found: list[tuple[Principal, str]] = []
    wording = allowances.wording(way)
    try:
        for count, one in enumerate(options.everyone(installation), start=1):
            asking = options.asking(one)
            request = asking.request(parameters=to.parameters, host_tenant=to.host_tenant)
            formula = allowances.left(way, asking, request, unknown_of(asking))
            if formula != FALSE:
                found.append((one, wording.condition(formula)))
            if count % _TOLD_EVERY == 0:
                say(f"{count} looked at, {len(found)} may", stderr=True)
    except Refused as error:
        if error.code not in {ExitCode.NOT_RUNNING, ExitCode.FAILED}:
            raise
        return found, error.message
    return found, None


def _show_classes(to: "Destination", classes: dict[str, str]) -> None:
    say((to.words, "bold"), " is for")
    if set(classes.values()) == {"always"}:
        say("everybody, whoever they are", style="green")
        return
    if set(classes.values()) == {"never"}:
        say("nobody at all", style="red")
        return
    print_table(
        (Column("whom"), Column("when", least=20)),
        [(name, Cell(when, _STYLES.get(when, "yellow"))) for name, when in classes.items()],
        empty="",
    )


def _show_people(found: "list[tuple[Principal, str]]") -> None:
    say("")
    found.sort(key=lambda row: (row[0].tenant or "", row[0].email or row[0].name, row[1]))
    print_table(
        (
            Column("organisation"),
            Column("who"),
            Column("kind", rank=2),
            Column("roles", rank=1),
            Column("when", least=20),
        ),
        [
            (
                one.tenant or "",
                f"the key {one.name}" if one.key else one.email or one.name or one.id,
                one.kind.value,
                Cell.listing(one.roles),
                Cell(when, _STYLES.get(when, "yellow")),
            )
            for one, when in found
        ],
        empty="of all whom the database knows, nobody may",
    )
    if found:
        tenants = {one.tenant for one, _ in found}
        say(f"{len(found)} of {len(tenants)} organisation{'' if len(tenants) == 1 else 's'}")
