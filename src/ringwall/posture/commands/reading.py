"""``posture scan``: read accounts, judge them, say what is wrong and what could not be read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.posture.commands.queueing import to_queue
from ringwall.posture.commands.scanning import GROUP, PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.told import tell_left_out
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.collecting.planning import Plan
    from ringwall.posture.collecting.running import Target
    from ringwall.posture.collecting.shape import Detail, Listing
    from ringwall.posture.config import AwsAccount
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.scanning import Scan
    from ringwall.posture.snapshot.snapshot import Snapshot

_PLAN: Final = (
    Column("call"),
    Column("made", least=16),
    Column("needs", rank=2),
    Column("tells", rank=1, least=16),
)
_GAPS: Final = 20
_LESS: Final = "this scan looked at less than the last one: reports and paths go on by that"
"""Lines of what could not be read; more are counted."""


@command(name="scan", group=GROUP, panel=PANEL, does="posture:scan")
def scan(
    context: typer.Context,
    *,
    profile: Annotated[
        str | None, typer.Option("--profile", help="A profile of AWS's configuration.")
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option("--account", metavar="NAME", help="Only this one of the section; repeat."),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Only this region; repeat.")
    ] = None,
    chosen: Chosen = None,
    custom: Custom = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would be called, and call nothing.")
    ] = False,
    permissions: Annotated[
        bool, typer.Option("--permissions", help="Print the IAM policy that it needs.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget what a scan that was killed has read.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read AWS accounts and judge them: what passes, fails, and cannot be known.

    Without `--account` and `--profile`, all accounts of the section `posture`; where it names none,
    the account whose credentials the AWS command line would use.
    """
    from ringwall.posture.collecting.planning import scan_for

    found = [one for one in all_checks(custom, chosen) if one.check.judges.startswith("aws-")]
    planned = scan_for(found)
    if permissions:
        reading = {"Effect": "Allow", "Action": planned.actions, "Resource": "*"}
        statements = [reading, *_of_queues(context, account)]
        print_json({"Version": "2012-10-17", "Statement": statements})
        return
    if plan:
        _show_plan(planned, as_json=as_json)
        return
    from ringwall.posture.collecting.memory import keep_one_heap
    from ringwall.posture.commands.judging import pages_of
    from ringwall.posture.commands.progress import Progress
    from ringwall.posture.judging import has_failed_by_itself, unlisted
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.scanning import BusyError
    from ringwall.posture.scanning import scan as scan_account

    keep_one_heap()
    pages = pages_of(installation_of(context))
    accounts = Accounts(installation_of(context).state)
    judged, snapshots, partial = [], [], False
    refused: list[Refused] = []
    reached = _targets(context, profile, account, region, planned.names, refused=refused)
    for name, target in reached:
        began = datetime.now(UTC)
        narrow = bool(name and region)  # less than the section says: no point of its history
        shown = replace(pages, past=None) if narrow else pages
        try:
            with Progress(f"account {target.account}") as progress:
                done = scan_account(
                    target,
                    found,
                    accounts,
                    told=progress.step,
                    fresh=fresh,
                    narrow=bool(chosen or region),
                    pages=shown,
                )
        except (BusyError, ValueError) as error:
            refused.append(Refused(str(error)))
            continue
        judged += done.judged
        if not chosen and custom is None and not narrow:
            _remember(context, done, found)
        partial = partial or done.is_partial
        snapshots.append(done.snapshot)
        if not as_json:
            show_verdicts(done.judged, found, done.snapshot, places={}, as_json=False)
        _show_untold(done)
        _put(context, accounts, done, found)
        if name and not chosen and not region:
            _note(context, name, done, began)
    if as_json and snapshots:
        untold = [one for each in snapshots for one in unlisted(each, found)]
        show_verdicts([*judged, *untold], found, snapshots[0], places={}, as_json=True)
    partial = partial or any(map(has_failed_by_itself, judged))
    _end(refused, len(snapshots), is_partial=partial)


def _put(
    context: typer.Context, accounts: "Accounts", done: "Scan", checks: "list[KnownCheck]"
) -> None:
    """Into the queue and the inventory: then these have all that is kept."""
    try:
        to_queue(
            context,
            done.snapshot,
            done.judged,
            checks,
            scope=done.account,
            at=done.since,
            stocks=_as_it_is_kept(accounts, done),
            is_narrow=not done.is_kept,
        )
    except Exception:
        if done.is_kept:
            said = "what was read is kept, and the queue of findings lacks it until"
            say(f"{said} `ringwall posture judge` puts it there", style="yellow", stderr=True)
        raise
    accounts.settle(done.account, done.owed)


def _end(several: "list[Refused]", read: int, *, is_partial: bool) -> None:
    """End as refused where nothing was read; as partial where not all was."""
    if not several:
        if is_partial:
            raise typer.Exit(ExitCode.PARTIAL)
        return
    if len(several) == 1 and not read:
        raise several[0]
    for one in several:
        say(("not read: ", "yellow"), one.message, stderr=True)
    count = f"{len(several)} of {len(several) + read} accounts were not read"
    raise Refused(count, code=ExitCode.PARTIAL if read else ExitCode.FAILED)


def _as_it_is_kept(accounts: "Accounts", done: "Scan") -> "Snapshot":
    """What was read, with what changes that came just after it were told to have changed."""
    if done.version in {None, accounts.version(done.account)}:
        return done.snapshot
    try:
        kept = accounts.get(done.account)
    except ValueError:
        kept = None
    return done.snapshot if kept is None else kept.snapshot


def _of_queues(context: typer.Context, names: list[str] | None) -> "list[dict[str, object]]":
    """What following changes needs on the queues of the accounts that are meant."""
    from ringwall.posture.listening import CALLS, queue_arn

    settings = _configured(context, required=bool(names))
    several = [settings[one] for one in names or settings if one in settings]
    queues = sorted({queue_arn(one.events) for one in several if one.events})
    actions = sorted(CALLS)
    return [{"Effect": "Allow", "Action": actions, "Resource": queues}] if queues else []


def _note(context: typer.Context, name: str, done: "Scan", began: datetime) -> None:
    """That an account of the section was read, so that its time begins anew."""
    from ringwall.posture.scans import Scans

    gaps = sum(one.count for one in done.gaps)
    Scans(installation_of(context).state).was_read(name, account=done.account, at=began, gaps=gaps)


def _remember(context: typer.Context, done: "Scan", checks: "Sequence[KnownCheck]") -> None:
    """Keep how frameworks stand, of scans by all checks alone: others cannot be compared."""
    from ringwall.posture.frameworks.remembering import History
    from ringwall.posture.owning import owners_of
    from ringwall.posture.reports.report import Part
    from ringwall.runtime.configuration import ConfigurationError

    at = datetime.now(UTC)
    part = Part(
        scope=done.account,
        read=at,
        snapshot=done.snapshot,
        judged=tuple(done.judged),
        checks=tuple(checks),
    )
    try:
        installation = installation_of(context)
        whose, partial = owners_of(installation), done.is_partial
        History(installation.state).remember(part, at=at, partial=partial, whose=whose)
    except (ValueError, ConfigurationError) as error:
        say(("not kept: ", "yellow"), str(error), stderr=True)


def _targets(
    context: typer.Context,
    profile: str | None,
    names: list[str] | None,
    regions: list[str] | None,
    calls: set[str],
    *,
    refused: list[Refused],
) -> "Iterator[tuple[str, Target]]":
    """The accounts that are meant, by name, each as it is reached.

    Why some cannot be is put into ``refused``: the others are read all the same.
    """
    from ringwall.posture.commands.clouds import connected

    if profile is not None and names:
        raise Refused("either --profile or --account", code=ExitCode.USAGE)
    settings = {} if profile is not None else _configured(context, required=bool(names))
    for name in names or ():
        if name not in settings:
            known = ", ".join(sorted(settings)) or "none"
            raise Refused(f"no account is called {name}", hint=f"there are: {known}")
    wanted = names or list(settings)
    if not wanted:
        yield "", connected(profile, regions, calls=calls).target
    for name in wanted:
        one = settings[name]
        try:
            found = connected(
                one.profile,
                regions or one.regions,
                role=one.role,
                external_id=one.external_id,
                calls=calls,
            )
        except Refused as error:
            refused.append(Refused(f"account {name}: {error.message}", hint=error.hint))
            continue
        yield name, found.target


def _configured(context: typer.Context, *, required: bool) -> "dict[str, AwsAccount]":
    """The accounts of the section; none where there is no configuration."""
    from ringwall.posture.config import POSTURE, Posture

    installation = installation_of(context)
    if not required and not installation.config.exists():
        return {}
    return installation.load().one(Posture, POSTURE).accounts


def _show_plan(plan: "Plan", *, as_json: bool) -> None:
    from ringwall.posture.collecting.planning import how_often, permission

    rows = [
        (one.call, how_often(one), one.action or permission(one.call), _tells(one))
        for one in plan.calls
    ]
    rows += [
        (call, how_often(one), permission(call), f"what {one.call} waits for")
        for call, one in plan.before
    ]
    if as_json:
        names = [column.heading for column in _PLAN]
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_table(_PLAN, rows, empty="nothing would be called")
    listings = len(plan.listings)
    kinds = len({one.kind for one in plan.details})
    said = f"{listings} calls find what there is; {len(plan.details)} more are made for each"
    say(f"{said} component of {kinds} kinds, or once where that is the account", style="dim")


def _tells(one: "Listing | Detail") -> str:
    from ringwall.posture.collecting.shape import Listing

    return ", ".join((*one.kinds, *one.told)) if isinstance(one, Listing) else one.aspect


def _show_untold(done: "Scan") -> None:
    """What does not stand in verdicts: what was not read, not counted and not kept."""
    _show_gaps(done)
    tell_left_out(done.snapshot, done.account)
    if not done.is_kept:
        say(_LESS, style="dim", stderr=True)


def _show_gaps(done: "Scan") -> None:
    """What could not be read, and what was, to standard error: it is not what was asked for."""
    from ringwall.posture.snapshot.reasons import Untold, reasons_of

    found = reasons_of(
        Untold(one.api or "a call", one.region, one.why or one.state, one.count)
        for one in done.gaps
    )
    for one in found[:_GAPS]:
        times = "" if one.count == 1 else f", {one.count:,} times"
        where = f" {one.where}" if one.where else ""
        say(("not read: ", "yellow"), f"{one.what('calls')}{where}{times}: {one.why}", stderr=True)
    if len(found) > _GAPS:
        say(f"and {len(found) - _GAPS:,} more that were not read", style="dim", stderr=True)
    if done.ended:
        hint = "the next scan within an hour goes on from here"
        say(("stopped: ", "red"), f"{done.ended}; {hint}", stderr=True)
    known = f", {done.known:,} known from a scan that was killed" if done.known else ""
    said = f"account {done.account}: {done.calls:,} calls{known}, {len(done.snapshot):,} components"
    say(f"{said}{'; partial' if done.is_partial else ''}", style="dim", stderr=True)
