"""``posture code`` and ``drift``: code judged before it runs, and held against what is there."""

from pathlib import Path
from typing import Annotated, Final

import typer

from ringwall.posture.commands.scanning import PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.told import Account, read_accounts
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

_MOST: Final = 20
Values = Annotated[
    list[Path] | None,
    typer.Option("--var-file", help="A file of values for Terraform's variables; repeat."),
]
Variable = Annotated[
    list[str] | None, typer.Option("--var", metavar="NAME=VALUE", help="One value; repeat.")
]


@command(name="code", group="posture", panel=PANEL)
def code(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder, or one file.")],
    *,
    values: Values = None,
    var: Variable = None,
    chosen: Chosen = None,
    custom: Custom = None,
    as_json: AsJson = False,
) -> None:
    """Judge code by the checks that judge clouds, with file and line.

    Exit code 1 where anything fails, or a file could not be read.
    """
    from ringwall.posture.code.reading import CodeError
    from ringwall.posture.code.scanning import read_code
    from ringwall.posture.judging import judge_all

    if not folder.exists():
        raise Refused(f"{folder} is not there", hint="Name a folder of code, or one file.")
    checks = [one for one in all_checks(custom, chosen) if not one.id.startswith("ringwall-")]
    try:
        read = read_code(folder, values=values or (), given=given(var or ()))
    except CodeError as error:
        raise Refused(str(error)) from error
    judged = list(judge_all(read.snapshot, checks))
    places = {one.found.id: str(one.place) for one in read.snapshot if one.place is not None}
    show_verdicts(judged, checks, read.snapshot, places=places, as_json=as_json)
    broken = [one for one in read.remarks if one.is_broken]
    if not as_json:
        for remark in broken:
            say((f"broken: {remark}", "red"))
        others = [one for one in read.remarks if not one.is_broken]
        for remark in others[:_MOST]:
            say((f"not known: {remark}", "yellow"))
        if len(others) > _MOST:
            say(f"and {len(others) - _MOST} more that are not known", style="dim")
        if read.unmapped:
            several = ", ".join(
                f"{kind} ({count})" for kind, count in sorted(read.unmapped.items())
            )
            say(f"not judged, for Ringwall does not know them: {several}", style="dim")
    failed = sum(one.verdict.outcome == "fail" for one in judged)
    if failed or broken:
        raise typer.Exit(ExitCode.FAILED)


@command(name="drift", group="posture", panel=PANEL, does="posture:see")
def drift(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder, or one file.")],
    *,
    values: Values = None,
    var: Variable = None,
    account: Account = None,
    as_json: AsJson = False,
) -> None:
    """Hold what code declares against what the last scans found of the same things.

    Exit code 6 where they differ.
    """
    from dataclasses import asdict

    from ringwall.posture.code.drift import drift as differences
    from ringwall.posture.code.reading import CodeError
    from ringwall.posture.code.scanning import read_code

    if not folder.exists():
        raise Refused(f"{folder} is not there", hint="Name a folder of code, or one file.")
    kept = read_accounts(context, account)
    try:
        read = read_code(folder, values=values or (), given=given(var or ()))
    except CodeError as error:
        raise Refused(str(error)) from error
    found = [one for each in kept for one in differences(read.snapshot, each.snapshot)]
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        for one in found:
            say(one.why)
        say(f"{len(found)} differences" if found else "nothing that both tell of differs")
    if found:
        raise typer.Exit(ExitCode.DIFFERENT)


def given(several: "list[str] | tuple[str, ...]") -> dict[str, str]:
    """Values as ``--var`` gives them; refused where one is none."""
    found = {}
    for one in several:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise Refused(f"--var {one} is not NAME=VALUE")
        found[name] = value
    return found
