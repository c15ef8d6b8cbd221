"""``history`` and ``rollback``: the configurations that were applied."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.gateway.commands.asking import ask, print_refusal, print_warnings
from ringwall.gateway.commands.naming import complete_version
from ringwall.runtime.commanding import command, concerns, installation_of
from ringwall.runtime.installation import author
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.runtime.installation import Installation


@command(panel="Configuration", does="configuration:see")
def history(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List what was applied: when, by whom, why."""
    from ringwall.gateway.opening import open_gateway

    versions = open_gateway(installation_of(context)).versions.all()
    if as_json:
        print_json([one.to_json() for one in versions])
        return
    print_table(
        (
            Column("version", right=True),
            Column("applied (UTC)"),
            Column("by", rank=1, least=8),
            Column("why", least=12),
            Column("hash", rank=2),
        ),
        [
            (one.number, f"{one.time:%Y-%m-%d %H:%M:%S}", one.author, one.reason, one.hash[:12])
            for one in reversed(versions)
        ],
        empty="nothing has been applied yet: `ringwall up` applies the files",
    )


@command(panel="Configuration", does="configuration:apply")
def rollback(
    context: typer.Context,
    number: Annotated[
        int,
        typer.Argument(
            metavar="VERSION",
            help="A version from `ringwall history`.",
            autocompletion=complete_version,
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version in force again.

    The files stay as they are; how to bring them in line is told.
    """
    from ringwall.gateway.opening import open_gateway

    concerns(context, "Version", str(number))
    installation = installation_of(context)
    open_gateway(installation).versions.get(number)
    answer = ask(installation, "rollback", author=author(), number=number)
    if as_json:
        print_json(answer)
    if "refused" in answer:
        print_refusal(answer["refused"], quiet=as_json)
    if not as_json:
        print_warnings(answer)
        version = answer["version"]["number"]
        say(f"version {version} is in force, with the contents of {number}", style="green")
        _tell_files(installation, number)


def _tell_files(installation: "Installation", number: int) -> None:
    """Say whether the files say the same, and if not, how they come to."""
    from ringwall.gateway.opening import open_gateway

    gateway = open_gateway(installation)
    version = gateway.versions.get(number)
    kept = gateway.layout.versions / str(number) / "files"
    root = Path(version.root)
    different = [
        name
        for name in version.files
        if not (root / name).is_file() or (root / name).read_bytes() != (kept / name).read_bytes()
    ]
    if not different:
        return
    say("")
    say("The files still say otherwise, and are applied again when they change or at the next")
    say("`ringwall up`. To bring them in line, see `ringwall diff`, then")
    for name in different:
        show(f"  cp {shlex.quote(str(kept / name))} {shlex.quote(str(root / name))}")
