"""``limits list`` and ``limits explain``: what may be asked for in a time, by whom."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.gateway.availability.limiting import Limit
    from ringwall.gateway.availability.meeting import Arriving, Met
    from ringwall.gateway.config import RoutePurpose
    from ringwall.gateway.wanted import Wanted

GROUP: Final = "limits"
PANEL: Final = "Availability"


@command(name="list", group=GROUP, panel=PANEL, does="configuration:see")
def limits_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the limits that hold, the built-in ones too."""
    from ringwall.gateway.availability.config import AVAILABILITY, Availability
    from ringwall.gateway.availability.limiting import LIMITS

    availability = installation_of(context).load().one(Availability, AVAILABILITY)
    found = availability.in_force()
    if as_json:
        print_json([{"name": name, **one.model_dump(mode="json")} for name, one in found.items()])
        return
    print_table(
        (
            Column("limit"),
            Column("counts together"),
            Column("rate"),
            Column("burst", right=True),
            Column("holds for", rank=1),
            Column("", rank=2),
        ),
        [
            (
                name,
                Cell.listing([str(by) for by in one.by], separator=" and "),
                one.rate,
                f"{one.burst:,}",
                _holds_for(one),
                "" if name in availability.limits else "built in",
            )
            for name, one in found.items()
            if name in availability.limits or name in LIMITS
        ],
        empty="there are no limits: whoever asks most gets most",
    )


def _holds_for(limit: "Limit") -> str:
    from ringwall.gateway.availability.limiting import When

    named = [*limit.routes, *([f"purpose {limit.purpose}"] if limit.purpose else [])]
    found = ", ".join(named) if named else "every request"
    return f"{found}, in an alarm" if limit.when is When.ALARM else found


@command(name="explain", group=GROUP, panel=PANEL, does="configuration:see")
def limits_explain(
    context: typer.Context,
    method: Annotated[
        str | None, typer.Argument(metavar="METHOD", help="Such as GET.", show_default=False)
    ] = None,
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="Where to.", show_default=False)
    ] = None,
    *,
    past: Annotated[
        str | None,
        typer.Option(
            "--request",
            metavar="ID",
            help="Instead: a request that was, by the X-Request-Id of its answer.",
            show_default=False,
        ),
    ] = None,
    days: Annotated[
        int,
        typer.Option(
            "--days", metavar="N", min=1, max=3650, help="With --request: days to look back."
        ),
    ] = 7,
    address: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where it comes from.")
    ] = "192.0.2.1",
    user: Annotated[
        str | None, typer.Option(metavar="ID", help="The person who asks.", show_default=False)
    ] = None,
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="By which session.", show_default=False)
    ] = None,
    program: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The API client that asks.", show_default=False),
    ] = None,
    tenant: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="For which organisation.", show_default=False),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE", help="A role they have; may be repeated.", show_default=False),
    ] = None,
    alarm: Annotated[
        bool, typer.Option("--alarm", help="As while an attack is under way.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell which limits a request meets, and whose bucket it takes from.

    The edge counts by the same rules; how full its buckets are, it does not tell. Of a request that
    was, the record tells how full they must have been, and so which limit refused it.

    For example: `ringwall limits explain GET https://app.localhost/search --user ada`, or
    `ringwall limits explain --request 5f0c8f6e-6d0f-4b8e-a7d4-0d4d3a3f0c11`.
    """
    from dataclasses import replace

    from ringwall.gateway.availability.config import AVAILABILITY, Availability
    from ringwall.gateway.availability.meeting import exemption, met

    installation = installation_of(context)
    if past is not None:
        from ringwall.gateway.commands import limiting_past

        if method is not None:
            msg = "a request that was has its method and URL: name either those or --request"
            raise Refused(msg, code=ExitCode.USAGE)
        limiting_past.explain(installation, past, days=days, as_json=as_json)
        return
    if method is None or url is None:
        msg = "a method and a URL are needed, or --request with the id of a request that was"
        hint = "such as `ringwall limits explain GET https://app.localhost/`"
        raise Refused(msg, hint=hint, code=ExitCode.USAGE)
    request, words, asks = _arriving(context, method.upper(), url, address)
    if asks:
        request = replace(
            request,
            user=user,
            session=session,
            program=program,
            tenant=tenant,
            roles=tuple(role or ()),
        )
    elif user or session or program or tenant:
        say("nobody is asked there who they are, so the edge does not know")
    availability = installation.load().one(Availability, AVAILABILITY)
    limits = availability.in_force()
    found = list(met(limits, availability.exempt, request, alarm=alarm))
    reasons = {exemption(availability.exempt, one, request) for one in limits.values()} - {None}
    exempt = sorted(one for one in reasons if one is not None)
    if as_json:
        print_json(
            {
                "cost": request.cost,
                "exempt": exempt,
                "limits": [_json(one, request.cost) for one in found],
            }
        )
        return
    say(f"{words}, from {request.address}")
    for one in exempt:
        say(one, style="bold")
    _tell(found, request.cost)


def _tell(found: "list[Met]", cost: int) -> None:
    if not found:
        say("no limit counts it")
        return
    takes = "one token" if cost == 1 else f"{cost} tokens"
    say(f"it takes {takes} from each of these, and is answered 429 when one has none left:")
    say("")
    print_table(
        (
            Column("limit"),
            Column("bucket of"),
            Column("rate"),
            Column("burst", right=True),
            Column("full again after", rank=1),
        ),
        [
            (
                one.name,
                Cell.listing([f"{by} {value}" for by, value in one.whose], separator=", "),
                one.limit.rate,
                f"{one.limit.burst:,}",
                _refill(one.limit),
            )
            for one in found
        ],
        empty="",
    )


def _refill(limit: "Limit") -> str:
    from ringwall.gateway.availability.limiting import Rate

    seconds = limit.burst / Rate.of(limit.rate).per_second
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _json(one: "Met", cost: int) -> dict[str, Any]:
    return {
        "name": one.name,
        "bucket": {str(by): value for by, value in one.whose},
        "rate": one.limit.rate,
        "burst": one.limit.burst,
        "takes": cost,
    }


def _arriving(
    context: typer.Context, method: str, url: str, address: str
) -> "tuple[Arriving, str, bool]":
    """The request, what it asks for in words, and whether it is asked who they are.

    It may lead nowhere, and counts all the same.
    """
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    from ringwall.gateway.availability.meeting import Arriving
    from ringwall.gateway.config import SignIn
    from ringwall.gateway.destinations import NowhereError, UnknownHostError, by_url
    from ringwall.gateway.wanted import Wanted

    try:
        source = ip_address(address)
    except ValueError:
        msg = f"{address} is no address"
        raise Refused(msg, hint="such as 192.0.2.7", code=ExitCode.USAGE) from None
    parts = urlsplit(url if "://" in url else f"https://{url}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    wanted = Wanted.of(installation_of(context).load())
    is_own, purpose = _own_page(wanted, method, parts.hostname or "", parts.path or "/")
    if is_own:
        request = Arriving(address=source, method=method, path=path, is_own=True, purpose=purpose)
        return request, f"{method} of a page of Ringwall's own", False
    try:
        to = by_url(wanted, method, url)
    except UnknownHostError as error:
        raise Refused(str(error), hint=error.hint) from None
    except NowhereError as error:
        return Arriving(address=source, method=method, path=path), str(error), False
    request = Arriving(
        address=source,
        method=method,
        path=path,
        route=to.route.name,
        purpose=to.route.purpose,
        cost=to.route.cost,
    )
    asks = wanted.identity.host is not None and to.route.sign_in is not SignIn.NONE
    return request, to.words, asks


def _own_page(
    wanted: "Wanted", method: str, host: str, path: str
) -> "tuple[bool, RoutePurpose | None]":
    from ringwall.gateway.envoy.web import own_page

    signs_in, name = wanted.identity.host, host.lower()
    if signs_in is None or not ({name, f"*.{name.partition('.')[2]}"} & set(wanted.edge.hosts)):
        return False, None
    return own_page(method, path, signs_in=name == signs_in)
