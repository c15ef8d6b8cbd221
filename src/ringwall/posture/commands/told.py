"""What was judged of the scopes that were read last, as several commands speak of it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.runtime.commanding import installation_of
from ringwall.runtime.output import say
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.frameworks.catalogue import Framework
    from ringwall.posture.frameworks.history import Point
    from ringwall.posture.keeping import Kept
    from ringwall.posture.reports.report import Report, Row, Values
    from ringwall.posture.scopes import Last
    from ringwall.posture.snapshot.snapshot import Snapshot

_EACH: Final = 2.0
"""Seconds in which it is tried which values one verdict needs."""
Own = Annotated[
    list[Path] | None,
    typer.Option("--framework", metavar="FILE", help="A framework of your own, too; repeat."),
]
Account = Annotated[
    list[str] | None, typer.Option("--account", metavar="ID", help="Only this account; repeat.")
]

Scope = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        "--account",
        metavar="NAME",
        help="Only this: an account, a code base by its name, or `ringwall`; repeat.",
    ),
]


def known_frameworks(context: typer.Context, own: Sequence[Path] | None) -> "dict[str, Framework]":
    """Ringwall's, those in the folder of the configuration, and those of files, by id."""
    from ringwall.posture.frameworks import known

    try:
        return known.known_frameworks(installation_of(context), own or ())
    except ValueError as error:
        raise Refused(str(error)) from error


def named_frameworks(
    context: typer.Context, names: Sequence[str] | None, own: Sequence[Path] | None
) -> "list[Framework]":
    """Those with these names; refused where one is of none."""
    found = known_frameworks(context, own)
    for name in names or ():
        if name not in found:
            raise Refused(f"there is no framework {name}", hint=f"there are: {', '.join(found)}")
    return [found[name] for name in names or ()]


def read_accounts(context: typer.Context, accounts: Sequence[str] | None) -> "list[Kept]":
    """What was read last of these accounts, or of all; refused where there is nothing."""
    from ringwall.posture.keeping import Accounts

    kept = Accounts(installation_of(context).state)
    try:
        wanted = accounts or list(kept.all())
        several = [one for name in wanted if (one := kept.get(name)) is not None]
        missing = [name for name in accounts or () if kept.version(name) is None]
    except ValueError as error:
        raise Refused(str(error)) from error
    if missing and several:  # what is said of the others is not said of it
        known = ", ".join(kept.all())
        raise Refused(f"account {missing[0]} was not read yet", hint=f"there are: {known}")
    if not several:
        raise Refused("no account was read yet", hint="`ringwall posture scan` reads one")
    return several


def read_scopes(context: typer.Context, words: Sequence[str] | None) -> "list[Last]":
    """What was read last of these scopes, or of all; refused where there is nothing of one."""
    from ringwall.posture.scopes import Scopes

    scopes = Scopes(installation_of(context).state)
    known = scopes.all()
    wanted = [_named(context, known, word) for word in words or ()] or known
    found = []
    for name in dict.fromkeys(wanted):
        try:
            last = scopes.get(name)
        except ValueError as error:
            raise Refused(str(error)) from error
        if last is not None:
            found.append(last)
    if not found:
        hint = "`ringwall posture scan` reads an account, `declare` code, `itself` Ringwall"
        raise Refused("nothing was judged yet", hint=hint)
    tell_narrow(one.scope for one in found if one.is_narrow)
    for one in found:
        tell_left_out(one.snapshot, one.scope)
    return found


def tell_narrow(accounts: Iterable[str]) -> None:
    """Say of which accounts only a part was ever asked for, so that nobody takes it for all."""
    for one in accounts:
        said = f"account {one} was read in part alone (--check or --region); of the rest nothing"
        say(f"{said} is said here", style="dim", stderr=True)


def tell_left_out(snapshot: "Snapshot", account: str) -> None:
    """Say why no control policies of its organisation count for an account, where none do."""
    from ringwall.posture.lending import left_out

    if why := left_out(snapshot, account):
        said = f"the control policies of the organisation of account {account}: {why}"
        say(("left out: ", "yellow"), said, stderr=True)


def history_of(
    context: typer.Context, words: Sequence[str] | None, *, by_owner: bool
) -> "list[Point]":
    """What was kept of how frameworks stood, of these scopes or of all."""
    from ringwall.posture.frameworks.remembering import History
    from ringwall.posture.scopes import Scopes

    state = installation_of(context).state
    try:
        points = History(state).by_owner() if by_owner else History(state).all()
    except ValueError as error:
        raise Refused(str(error)) from error
    if not words:
        return points
    known = sorted({*(one.account for one in points), *Scopes(state).all()})
    wanted = {_named(context, known, word) for word in words}
    return [one for one in points if one.account in wanted]


def _named(context: typer.Context, known: Sequence[str], word: str) -> str:
    """Of these scopes the one with an id or a name of an account, of a code base, or Ringwall."""
    from ringwall.posture.scans import Scans
    from ringwall.posture.scope import scope_of

    if word in known:
        return word
    if (code := scope_of(word)) in known:
        return code
    named = Scans(installation_of(context).state).all().get(word)
    if named is not None and named.account in known:
        return named.account
    there = ", ".join(one.removeprefix("code ") for one in known) or "none yet"
    raise Refused(f"nothing was judged of {word}", hint=f"there are: {there}")


def report_on(several: "Sequence[Last]", checks: "Sequence[KnownCheck]") -> "Report":
    """These scopes, judged by the checks as they are now."""
    from ringwall.posture.reports.report import report_of

    parts = [one.part(checks) for one in several]
    return report_of([one for one in parts if one.checks], made=datetime.now(UTC))


def values_of(several: "Sequence[Last]", *, seconds: float = 30.0) -> "Values":
    """What decided each verdict of these scopes, to be shown.

    After so many seconds it is not tried any more which of the values a verdict needs: all that
    were looked at are told.
    """
    by_scope = {one.scope: one for one in several}
    indexes: dict[str, dict[Any, Any]] = {one.scope: {} for one in several}
    until = time.monotonic() + seconds

    def values(row: "Row") -> "Mapping[tuple[str, str], str]":
        last = by_scope.get(row.found.account)
        if last is None:
            return {}
        found = last.decided_by(
            row.check,
            row.judged.component,
            row.judged.verdict.why,
            indexes=indexes[row.found.account],
            seconds=min(_EACH, until - time.monotonic()),
        )
        return {(one.component, one.aspect): one.text for one in found or ()}

    return values


def last_report(
    context: typer.Context, checks: "Sequence[KnownCheck]", scopes: Sequence[str] | None
) -> "Report":
    """All that was read last, judged by the checks as they are now."""
    return report_on(read_scopes(context, scopes), checks)
