"""``admin``: the way in for whoever has the host, when there is no other."""

from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import author
from ringwall.runtime.output import AsJson, print_json, say, show
from ringwall.runtime.refusals import Refused

PANEL: Final = "People and organisations"


@command(name="link", group="admin", panel=PANEL, does="people:recover")
def admin_link(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Print a new link for the first administrator, valid once and for 15 minutes.

    Refused when there is an administrator: `ringwall admin recover` lets one in who lost a device.
    """
    from ringwall.identity import facts as facts_file
    from ringwall.identity import first
    from ringwall.runtime.opening import open_tables

    installation = installation_of(context)
    open_tables(installation, needs="identity")
    from ringwall.identity import founding

    first.settle(installation.state, has_administrator=founding.has_owner())
    facts = facts_file.read(installation.state)
    if facts.settings.host is None:
        raise _no_host()
    link = first.first_link(installation.state, facts, datetime.now(UTC))
    if link is None:
        names = ", ".join(founding.owners().values_list("email", flat=True))
        hint = "`ringwall admin recover EMAIL --reason ...` lets one in who lost a device"
        raise Refused(f"there is an administrator already: {names}", hint=hint)
    if as_json:
        print_json({"link": link, "valid_seconds": int(first.LIFE.total_seconds())})
        return
    say("Make the first administrator here, once and within 15 minutes:")
    show(f"  {link}", style="bold cyan")


@command(name="recover", group="admin", panel=PANEL, does="people:recover")
def admin_recover(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The person's mail address.")],
    *,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; kept, and told to the person and every owner.")
    ],
    as_json: AsJson = False,
) -> None:
    """Print a link that lets somebody in who lost all sign-in methods, to set up new ones.

    It holds once and for 15 minutes. The person and every owner are told by mail that it was made
    and that it was used.
    """
    from ringwall.identity import facts as facts_file
    from ringwall.runtime.opening import open_tables

    installation = installation_of(context)
    open_tables(installation, needs="identity")
    from ringwall.identity import recovery

    facts = facts_file.read(installation.state)
    if facts.settings.host is None:
        raise _no_host()
    try:
        link = recovery.make_link(email, reason=reason, author=author(), facts=facts)
    except (LookupError, ValueError) as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json({"link": link, "valid_seconds": int(recovery.LIFE.total_seconds())})
        return
    say(f"{email} can set up new sign-in methods here, once and within 15 minutes:")
    show(f"  {link}", style="bold cyan")


def _no_host() -> Refused:
    hint = "set `identity.host` in ringwall.yaml to one of `edge.hosts`, then `ringwall up`"
    return Refused("the configuration in force has no host to sign in at", hint=hint)
