"""``log key``: the key that signs, and how another takes its place."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.lake.commands.places import PANEL, ask, by, places
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say, write
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.lake.places import Places
    from ringwall.ledger.keys import VerifierKey

GROUP: Final = "log key"


@command(name=GROUP, group=GROUP, panel=PANEL, does="log:see")
def log_key(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Show the public key of the log, which whoever verifies keeps elsewhere.

    While the key is changed there are two, the older first.
    """
    from ringwall.ledger.notes import NoteError
    from ringwall.ledger.public_keys import shown_changes, shown_keys

    tree = places(context).tree
    try:
        keys, changes = shown_keys(tree), shown_changes(tree)
    except FileNotFoundError as error:
        hint = "the notary makes it when it first runs"
        raise Refused("the log has no key yet", hint=hint) from error
    except (NoteError, ValueError) as error:
        msg = f"the public keys below {tree} are damaged: {error}"
        raise Refused(msg, hint="the notary writes them anew when it starts") from error
    if as_json:
        said: dict[str, Any] = {
            "keys": [str(one) for one in keys],
            "changes": [
                {"from": str(one.old), "to": str(one.new), "size": one.size} for one in changes
            ],
        }
        print_json(said)
        return
    write("".join(f"{one}\n" for one in keys))
    if len(keys) > 1:
        say("Both sign: once everybody has the second, `ringwall log key rotate --retire`")
    for one in changes:
        say(
            f"{one.old.id.hex()} was followed by {one.new.id.hex()} "
            f"when there were {one.size:,} events",
            style="dim",
        )


@command(name="rotate", group=GROUP, panel=PANEL, does="log:keys")
def log_key_rotate(
    context: typer.Context,
    *,
    retire: Annotated[
        bool, typer.Option("--retire", help="Forget the older of the two keys.")
    ] = False,
) -> None:
    """Bring in a new key, which signs beside the present one; then `--retire` the old one.

    In between, give the new public key to witnesses and to whoever verifies. Who has the old one
    goes on verifying with it: it vouches for the new one.
    """
    from ringwall.ledger.notary.client import NotaryClient, NotaryError

    found = places(context)
    before = _signing(found)
    doing = "the older key of the log is to be forgotten" if retire else "the log is to get a key"
    # First, as nothing is changed that is not told.
    ask(context, "told", by=by(), message=doing, about={"keys": before})
    client = NotaryClient(found.notary)
    try:
        key: VerifierKey = client.retire() if retire else client.bring_in()
    except NotaryError as error:
        raise Refused(str(error).removeprefix("the notary: ")) from error
    message = "the older key of the log is forgotten" if retire else "another key signs the log too"
    ask(context, "told", by=by(), message=message, about={"keys": before, "now": _signing(found)})
    write(f"{key}\n")
    if retire:
        say("This key alone signs from now on; the old one is destroyed")
    else:
        say(
            "This key signs from now on, beside the old one: give it to witnesses and to whoever "
            "verifies, then `ringwall log key rotate --retire`"
        )


def _signing(found: "Places") -> list[str]:
    from ringwall.ledger.notary.client import NotaryClient, NotaryError

    try:
        return [str(one) for one in NotaryClient(found.notary).tell().vkeys]
    except NotaryError as error:
        raise Refused(str(error), hint="`ringwall up` starts it") from error
