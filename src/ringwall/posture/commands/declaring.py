"""``posture declare``: a code base that is known by a name, its faults and its drift."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.posture.commands.code import Values, Variable, given
from ringwall.posture.commands.queueing import counted
from ringwall.posture.commands.scanning import PANEL, all_checks
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.posture.code.scanning import Code
    from ringwall.posture.config import CodeBase
    from ringwall.posture.declared import Declared
    from ringwall.runtime.installation import Installation


@command(name="declare", group="posture", panel=PANEL, does="posture:scan")
def declare(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What this code base is called.")],
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="FOLDER", help="A folder, or one file; else as configured."),
    ] = None,
    *,
    values: Values = None,
    var: Variable = None,
    as_json: AsJson = False,
) -> None:
    """Judge code under a name: its components into the inventory, its faults into the queue.

    Where accounts were read, what is there and not as the code declares it goes into the queue,
    too. Always the same NAME for the same code: what it does not declare any more is gone, and what
    is mended is closed. Without FOLDER it is the one that the section `posture` names, with its
    variables. Exit code 8 where a file could not be read.
    """
    installation, began = installation_of(context), datetime.now(UTC)
    _require_name(installation, name)
    found = _configured(installation, name) if folder is None else None
    if found is not None:
        beside = installation.config.parent
        folder = beside / found.folder
        values = [*(beside / one for one in found.variable_files), *(values or ())]
        var = [*(f"{key}={value}" for key, value in found.variables.items()), *(var or ())]
    if folder is None or not folder.exists():
        raise Refused(f"{folder} is not there", hint="Name a folder of code, or one file.")
    from ringwall.posture.scopes import Scopes

    try:
        with Scopes(installation.state).only_here(name):
            read, done = _declared(
                installation, name, folder, values, var, by_name=found is not None
            )
            if found is not None:
                _note(installation, name, read, began)
    except BlockingIOError as error:
        raise Refused(f"{name} is being read by another process") from error
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


def _require_name(installation: "Installation", name: str) -> None:
    import re

    from ringwall.posture.config import POSTURE, Posture
    from ringwall.posture.scope import NAME, is_taken

    if not re.fullmatch(NAME, name):
        hint = "lower-case letters, digits and dashes, at most 63"
        raise Refused(f"{name!r} cannot be the name of a code base", hint=hint, code=ExitCode.USAGE)
    if is_taken(name):
        hint = "accounts are called by 12 digits, and Ringwall itself is `ringwall`"
        raise Refused(f"{name!r} is the name of something else", hint=hint, code=ExitCode.USAGE)
    if name in installation.load().one(Posture, POSTURE).accounts:
        hint = "`--scope` could not tell them apart: give the code another name"
        raise Refused(f"{name!r} is the name of an account", hint=hint, code=ExitCode.USAGE)


def _configured(installation: "Installation", name: str) -> "CodeBase":
    """As the section `posture` has it; refused where it names no such code."""
    from ringwall.posture.config import POSTURE, Posture

    several = installation.load().one(Posture, POSTURE).code
    if name not in several:
        hint = f"name its folder, or set posture.code.{name}.folder"
        raise Refused(f"no code base is called {name} in the configuration", hint=hint)
    return several[name]


def _declared(
    installation: "Installation",
    name: str,
    folder: Path,
    values: list[Path] | None,
    var: list[str] | None,
    *,
    by_name: bool,
) -> "tuple[Code, Declared]":
    """Read it, judge it, take it in, and keep it for reports."""
    from ringwall.posture.code.drift import NAMED
    from ringwall.posture.code.reading import CodeError
    from ringwall.posture.code.scanning import read_code
    from ringwall.posture.judging import judge_all
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.recent import keep_code
    from ringwall.runtime.opening import open_tables

    open_tables(installation)
    at = datetime.now(UTC)
    try:
        read = read_code(folder, values=values or (), given=given(var or ()))
    except CodeError as error:
        raise Refused(str(error)) from error
    if by_name:
        require_not_emptied(installation, name, folder, read)
    from ringwall.posture.declared import declare as take_in

    checks = [one for one in all_checks(None, None) if not one.id.startswith("ringwall-")]
    judged = list(judge_all(read.snapshot, checks))
    accounts = Accounts(installation.state)
    clouds = [
        newest
        for account in accounts.all()
        if (newest := accounts.newest(account, NAMED)) is not None
    ]
    done = take_in(
        installation,
        name,
        read.snapshot,
        judged,
        checks,
        clouds=[one.snapshot for one in clouds],
        doubted=[name for one in clouds for name in one.doubts],
        is_whole=not read.is_broken,
        at=at,
    )
    try:
        keep_code(installation, name, folder, read, judged=judged, checks=checks, at=at)
    except ValueError as error:
        say(("not kept: ", "yellow"), str(error), stderr=True)
    return read, done


def require_not_emptied(
    installation: "Installation", name: str, folder: Path, read: "Code"
) -> None:
    """Refuse a folder of the section in which there is nothing where there was something before.

    A mount that is away, or a checkout under way, would close all that was found.
    """
    from ringwall.posture.scope import scope_of
    from ringwall.posture.scopes import Scopes

    if len(read.snapshot):
        return
    last = Scopes(installation.state).get(scope_of(name))
    if last is not None and len(last.snapshot):
        told = f"{folder} declares nothing, where {len(last.snapshot):,} components were before"
        raise Refused(told, hint=f"if that is so: `ringwall posture declare {name} {folder}`")


def _note(installation: "Installation", name: str, read: "Code", at: datetime) -> None:
    """That code of the section was read, so that its time begins anew."""
    from ringwall.posture.scans import Scans
    from ringwall.posture.scope import scope_of

    scope, gaps = scope_of(name), sum(one.is_broken for one in read.remarks)
    Scans(installation.state).was_read(scope, account=scope, at=at, gaps=gaps)
