"""``posture code`` and ``drift``: code judged before it runs, and held against what is there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.posture.commands.scanning import PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.told import (
    Account,
    Own,
    known_frameworks,
    named_frameworks,
    read_accounts,
)
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.posture.commands.written import Form, Of, Out, require_framework, write_report
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.code.scanning import Code
    from ringwall.posture.judging import Judged
    from ringwall.posture.reports.report import Report

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
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder, or one file.")],
    *,
    values: Values = None,
    var: Variable = None,
    chosen: Chosen = None,
    custom: Custom = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="A report in this form, instead of a table.")
    ] = None,
    out: Out = None,
    framework: Of = None,
    own: Own = None,
    account: Annotated[
        str | None,
        typer.Option("--account", metavar="ID", help="Where it is applied: ASFF needs it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge code by the checks that judge clouds, with file and line.

    Exit code 1 where anything fails or a file is broken, 8 where nothing fails, but not all is
    read.
    """
    from ringwall.posture.code.reading import CodeError
    from ringwall.posture.code.scanning import read_code
    from ringwall.posture.judging import judge_all

    if not folder.exists():
        raise Refused(f"{folder} is not there", hint="Name a folder of code, or one file.")
    _require_form(form, out, account)
    named = [] if form is None else named_frameworks(context, framework, own)
    require_framework(form, named)
    checks = [one for one in all_checks(custom, chosen) if not one.id.startswith("ringwall-")]
    try:
        read = read_code(folder, values=values or (), given=given(var or ()))
    except CodeError as error:
        raise Refused(str(error)) from error
    judged = list(judge_all(read.snapshot, checks))
    broken = [one for one in read.remarks if one.is_broken]
    if form is not None:
        told = _report(folder, read, judged, checks, account)
        if form is Form.HTML and not named:
            named = list(known_frameworks(context, own).values())
        write_report(told, form, named, out)
        for remark in broken:
            say((f"broken: {remark}", "red"), stderr=True)
        for remark in read.unread[:_MOST]:
            say((f"not read: {remark}", "yellow"), stderr=True)
    else:
        if read.is_any or as_json:
            places = {it.found.id: str(it.place) for it in read.snapshot if it.place is not None}
            show_verdicts(judged, checks, read.snapshot, places=places, as_json=as_json)
        _show_remarks(read, stderr=as_json)
    _end(read, judged)


def _end(read: "Code", judged: "Sequence[Judged]") -> None:
    """Tell by the exit code what came out."""
    if read.is_broken or any(one.verdict.outcome == "fail" for one in judged):
        raise typer.Exit(ExitCode.FAILED)
    if read.is_any and read.unread:
        count = len(read.unread)
        told = "1 place was" if count == 1 else f"{count} places were"
        say((f"nothing fails, but partial: {told} not read", "yellow"), stderr=True)
    if read.unread:
        raise typer.Exit(ExitCode.PARTIAL)


def _require_form(form: Form | None, out: Path | None, account: str | None) -> None:
    """Refused where options do not go with each other."""
    if out is not None and form is None:
        raise Refused("--out needs --format", hint="such as --format sarif", code=ExitCode.USAGE)
    if form is Form.ASFF and not _is_account(account):
        hint = "--account with its 12 digits says where the code is applied"
        raise Refused("ASFF is of an account of AWS", hint=hint, code=ExitCode.USAGE)
    if account is not None and form is not Form.ASFF:
        raise Refused("--account goes with --format asff", code=ExitCode.USAGE)


def _is_account(account: str | None) -> bool:
    return account is not None and len(account) == 12 and account.isdecimal()


def _report(
    folder: Path,
    read: "Code",
    judged: "Sequence[Judged]",
    checks: "Sequence[KnownCheck]",
    account: str | None,
) -> "Report":
    """A report of code alone, with places as its working tree has them."""
    from datetime import UTC, datetime

    from ringwall.posture.naming import in_scope, placed
    from ringwall.posture.recent import in_tree
    from ringwall.posture.reports.report import Part, report_of
    from ringwall.posture.scope import scope_of
    from ringwall.posture.scopes import checks_for

    scope, within = scope_of(folder.resolve().name or "root"), in_tree(folder)
    at = datetime.now(UTC)
    part = Part(
        scope=account or scope,
        read=at,
        snapshot=in_scope(read.snapshot, account or scope, folder=within),
        judged=tuple(judged),
        checks=tuple(checks_for(scope, read.snapshot, checks)),
        remarks=tuple(placed(read.remarks, within)),
    )
    return report_of([part], made=at)


def _show_remarks(read: "Code", *, stderr: bool) -> None:
    """What was broken, what is not known, and what nothing here judges."""
    for remark in (one for one in read.remarks if one.is_broken):
        say((f"broken: {remark}", "red"), stderr=stderr)
    others = sorted(
        (one for one in read.remarks if not one.is_broken), key=lambda one: not one.is_unread
    )
    for remark in others[:_MOST]:
        said = "not read" if remark.is_unread else "not known"
        say((f"{said}: {remark}", "yellow"), stderr=stderr)
    if len(others) > _MOST:
        more = f"and {len(others) - _MOST} more that are not known"
        say(more, style="dim", stderr=stderr)
    if read.unmapped:
        several = ", ".join(f"{kind} ({count})" for kind, count in sorted(read.unmapped.items()))
        told = f"not judged, for Ringwall does not know them: {several}"
        say(told, style="dim", stderr=stderr)


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

    What a scan of less, or a change, told later of a thing counts of it. Exit code 6 where they
    differ.
    """
    from dataclasses import asdict

    from ringwall.posture.code.drift import NAMED, declares
    from ringwall.posture.code.drift import drift as differences
    from ringwall.posture.code.scanning import read_code
    from ringwall.posture.keeping import Accounts

    if not folder.exists():
        raise Refused(f"{folder} is not there", hint="Name a folder of code, or one file.")
    kept = [one.account for one in read_accounts(context, account)]
    accounts = Accounts(installation_of(context).state)
    try:
        clouds = [new for name in kept if (new := accounts.newest(name, NAMED)) is not None]
        read = read_code(folder, values=values or (), given=given(var or ()))
    except ValueError as error:
        raise Refused(str(error)) from error
    found = [one for each in clouds for one in differences(read.snapshot, each.snapshot)]
    for each in clouds:
        for (component, aspect), why in each.doubts.items():
            if declares(read.snapshot, each.snapshot, component):
                said = f"{aspect} of {component}: {why}; this goes by an older reading of it"
                say(("not read again: ", "yellow"), said, stderr=True)
    if as_json:
        several = [asdict(one) for one in found]
        print_json([{key: told[key] for key in told if key != "values"} for told in several])
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
