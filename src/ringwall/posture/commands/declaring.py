"""``posture declare``: a code base that is known by a name, its faults and its drift."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from ringwall.posture.commands.code import Values, Variable, given
from ringwall.posture.commands.queueing import counted
from ringwall.posture.commands.scanning import PANEL, all_checks
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

_NAME: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


@command(name="declare", group="posture", panel=PANEL, does="posture:scan")
def declare(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What this code base is called.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder, or one file.")],
    *,
    values: Values = None,
    var: Variable = None,
    as_json: AsJson = False,
) -> None:
    """Judge code under a name: its components into the inventory, its faults into the queue.

    Where accounts were read, what is there and not as the code declares it goes into the queue,
    too. Always the same NAME for the same code: what it does not declare any more is gone, and what
    is mended is closed. Exit code 8 where a file could not be read.
    """
    import re

    from ringwall.posture.code.reading import CodeError
    from ringwall.posture.code.scanning import read_code
    from ringwall.posture.judging import judge_all
    from ringwall.posture.keeping import Accounts
    from ringwall.runtime.opening import open_tables

    if not re.fullmatch(_NAME, name):
        hint = "lower-case letters, digits and dashes, at most 63"
        raise Refused(f"{name!r} cannot be the name of a code base", hint=hint, code=ExitCode.USAGE)
    if not folder.exists():
        raise Refused(f"{folder} is not there", hint="Name a folder of code, or one file.")
    installation = installation_of(context)
    open_tables(installation)
    try:
        read = read_code(folder, values=values or (), given=given(var or ()))
    except CodeError as error:
        raise Refused(str(error)) from error
    from ringwall.posture.declared import declare as take_in

    checks = [one for one in all_checks(None, None) if not one.id.startswith("ringwall-")]
    accounts = Accounts(installation.state)
    kept = [one for account in accounts.all() if (one := accounts.get(account)) is not None]
    done = take_in(
        installation,
        name,
        read.snapshot,
        judge_all(read.snapshot, checks),
        checks,
        clouds=[one.snapshot for one in kept],
        is_whole=not read.is_broken,
        at=datetime.now(UTC),
    )
    if as_json:
        drift = None if done.drift is None else done.drift.to_json()
        print_json({"faults": done.faults.to_json(), "drift": drift, "whole": not read.is_broken})
    else:
        say(f"{len(read.snapshot):,} components of {name} are in the inventory")
        say(f"faults: {counted(done.faults)}")
        say(
            "drift: no account was read yet"
            if done.drift is None
            else f"drift: {counted(done.drift)}"
        )
        for remark in read.remarks:
            if remark.is_broken:
                say((f"broken: {remark}", "red"), stderr=True)
    if read.is_broken:
        raise typer.Exit(ExitCode.PARTIAL)
