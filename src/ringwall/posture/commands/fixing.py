"""``posture fix``: plans that mend what was found, read, approved, applied, taken back."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.posture.commands.scanning import PANEL
from ringwall.runtime.commanding import command, concerns, installation_of
from ringwall.runtime.installation import account, sudo_caller
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.posture.commands.clouds import Connected
    from ringwall.posture.config import Approval
    from ringwall.posture.fixing.applying import Applying
    from ringwall.posture.fixing.keeping import Plans
    from ringwall.posture.fixing.plans import Plan
    from ringwall.posture.snapshot.snapshot import Seen

GROUP: Final = "posture fix"
_SIGNED_IN: Final = Path("/proc/self/loginuid")
"""The user that signed in, which stays who they are when they become somebody else."""
_NOBODY: Final = 2**32 - 1
_COLUMNS: Final = (Column("plan"), Column("stage"), Column("check"), Column("component", rank=1))

Name = Annotated[str, typer.Argument(metavar="PLAN", help="The plan's id.")]
Profile = Annotated[str | None, typer.Option("--profile", help="A profile of AWS's configuration.")]


def _plans(context: typer.Context) -> "Plans":
    from ringwall.posture.fixing.keeping import Plans

    return Plans(installation_of(context).state)


def _plan(context: typer.Context, name: str) -> "Plan":
    try:
        found = _plans(context).get(name)
    except ValueError as error:
        raise Refused(str(error)) from error
    concerns(context, "Plan", found.id)
    return found


@command(name="plan", group=GROUP, panel=PANEL, does="posture:fix")
def fix_plan(
    context: typer.Context,
    check: Annotated[str, typer.Argument(metavar="CHECK", help="What was found, by its check.")],
    component: Annotated[
        str, typer.Argument(metavar="COMPONENT", help="Where: its id, or what people call it.")
    ],
    *,
    profile: Profile = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Only this region; repeat.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a plan that mends what a check finds at a component. It changes nothing yet."""
    from dataclasses import replace

    from ringwall.posture.collecting.planning import plan_of
    from ringwall.posture.collecting.running import Run
    from ringwall.posture.commands.clouds import check_named, connected
    from ringwall.posture.fixing.making import NoPlanError, judging, make_plan, wanted_for
    from ringwall.posture.judging import judge_one
    from ringwall.posture.snapshot.snapshot import Snapshot

    known = check_named(check)
    try:
        wanted = wanted_for(known)
        cloud = connected(profile, region)
        snapshot = Snapshot()
        kind = known.check.judges
        Run(
            cloud.target,
            snapshot,
            narrow=lambda one: one.found.kind != kind or _is_called(one, component),
        ).carry_out(plan_of(wanted))
        found = [one for one in snapshot.of_kind(kind) if _is_called(one, component)]
        if len(found) != 1:
            some = "no" if not found else "more than one"
            msg = f"there is {some} {kind} called {component}"
            raise Refused(msg, hint="name it by its id, as `ringwall posture scan --json` does")
        judged = judge_one(snapshot, judging(known), found[0])
        if judged is not None and judged.verdict.outcome == "pass":
            msg = f"there is nothing to mend: {check} passes, since {judged.verdict.why}"
            raise Refused(msg)
        made = make_plan(snapshot, found[0], check, now=datetime.now(UTC), by=_person())
    except NoPlanError as error:
        raise Refused(str(error)) from error
    made = _kept_anew(context, replace(made, by_uid=_uid()))
    if as_json:
        print_json(_told(made))
        return
    _show(made)
    say(f"Nothing was changed. `ringwall posture fix approve {made.id}` is next.")


def _is_called(seen: "Seen", component: str) -> bool:
    return component in {seen.found.id, seen.found.name, seen.found.label}


def _kept_anew(context: typer.Context, made: "Plan") -> "Plan":
    """The plan as it was kept, while nobody applies, approves or takes back the same one."""
    with _plans(context).only_here():
        try:
            made = _after(context, made)
        except ValueError as error:
            raise Refused(str(error)) from error
        made = made.on(made.stage, f"made by {made.by}", now=made.made)
        _keep(context, made)
    return made


def _after(context: typer.Context, made: "Plan") -> "Plan":
    """With the history of the same plan, if it was made before; refused while that is in force."""
    from dataclasses import replace

    from ringwall.posture.fixing.plans import Stage

    before = next((one for one in _plans(context).all() if one.id == made.id), None)
    if before is None:
        return made
    if before.stage in {Stage.BEGUN, Stage.APPLIED, Stage.STUCK}:
        msg = f"plan {made.id} is {before.stage} already"
        raise Refused(msg, hint=f"`ringwall posture fix undo {made.id}` takes it back")
    return replace(made, history=before.history)


@command(name="list", group=GROUP, panel=PANEL, does="posture:see")
def fix_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the plans, newest first."""
    try:
        plans = list(_plans(context).all())
    except ValueError as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json([_told(one) for one in plans])
        return
    rows = [(one.id, one.stage, one.check, one.component) for one in plans]
    print_table(_COLUMNS, rows, empty="there are no plans")


@command(name="show", group=GROUP, panel=PANEL, does="posture:see")
def fix_show(context: typer.Context, name: Name, *, as_json: AsJson = False) -> None:
    """Show a plan: in words, as calls, as Terraform, and what was done to it."""
    found = _plan(context, name)
    if as_json:
        print_json(_told(found))
        return
    _show(found)


@command(name="approve", group=GROUP, panel=PANEL, does="posture:fix")
def fix_approve(context: typer.Context, name: Name) -> None:
    """Approve a plan, as it was shown: only what is approved is applied."""
    from ringwall.posture.fixing.approving import approved
    from ringwall.posture.fixing.plans import Stage

    needs = _needs(context)
    with _plans(context).only_here():
        found = _plan(context, name)
        try:
            found = approved(found, by=_person(), by_uid=_uid(), needs=needs, now=datetime.now(UTC))
        except ValueError as error:
            raise Refused(str(error)) from error
        _keep(context, found)
    if found.stage is not Stage.APPROVED:
        said = found.history[-1].partition(": ")[2]
        hint = f"have somebody else approve it: `ringwall posture fix approve {name}`"
        raise Refused(f"plan {name} is not approved: {said}", hint=hint)
    say(f"Approved. `ringwall posture fix apply {name}` does it.")


@command(name="apply", group=GROUP, panel=PANEL, does="posture:fix")
def fix_apply(
    context: typer.Context,
    name: Name,
    *,
    profile: Profile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only look, and ask what would be done.")
    ] = False,
) -> None:
    """Apply a plan that is approved, judge again, and take it back if that does not pass."""
    found = _plan(context, name)
    if dry_run:
        for line in _applying(context, found, _cloud(found, profile)).dry_run(found):
            say(line)
        return
    _end(context, found, profile, does="apply")


@command(name="undo", group=GROUP, panel=PANEL, does="posture:fix")
def fix_undo(
    context: typer.Context,
    name: Name,
    *,
    profile: Profile = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also what others have changed there since.")
    ] = False,
) -> None:
    """Take back what a plan has done; also one whose applying was killed."""
    _end(context, _plan(context, name), profile, does="undo", anyway=anyway)


def _end(
    context: typer.Context, found: "Plan", profile: str | None, *, does: str, anyway: bool = False
) -> None:
    from ringwall.posture.fixing.plans import Stage

    wanted = {"apply": Stage.APPLIED, "undo": Stage.TAKEN_BACK}[does]
    cloud = _cloud(found, profile)
    applying = _applying(context, found, cloud)
    with _plans(context).only_here():
        found = _plan(context, found.id)  # somebody may have been there before
        try:
            ended = (
                applying.undo(found, by=_person(), anyway=anyway)
                if does == "undo"
                else applying.apply(found, by=_person())
            )
        except (ValueError, OSError) as error:
            raise Refused(str(error)) from error
    for line in ended.history[len(found.history) :]:
        say(line, style="dim")
    if ended.stage is not wanted:
        raise Refused(f"plan {ended.id} is {ended.stage}: {ended.history[-1]}")
    say(f"Plan {ended.id} is {ended.stage}.")
    _tell(context, ended, cloud)


def _tell(context: typer.Context, ended: "Plan", cloud: "Connected") -> None:
    """Have the queue, the inventory and the pages know what the plan changed, as an event would."""
    from django.db import Error as DatabaseError

    from ringwall.posture.collecting.calling import CredentialsError
    from ringwall.posture.commands.listening import heeding_of
    from ringwall.posture.happening import Happened
    from ringwall.runtime.configuration import ConfigurationError

    calls = [one.do.call for one in ended.draft.steps]
    components = [ended.component, *(one.component for one in ended.basis)]
    region = ended.region or cloud.target.home
    done = Happened.done(ended.account, region, calls, components)
    try:
        heeding = heeding_of(installation_of(context), cloud.target)
        if heeding is not None:
            heeding.heed([done])
            return
        why = "it was not scanned whole yet"
    except BlockingIOError:
        why = "it is scanned just now"
    except Refused as error:
        why = error.message
    except (ConfigurationError, CredentialsError, DatabaseError, OSError, ValueError) as error:
        why = str(error)
    said = f"the queue of findings knows it when account {ended.account} is read next: {why}"
    say(said, style="dim", stderr=True)


def _cloud(found: "Plan", profile: str | None) -> "Connected":
    from ringwall.posture.commands.clouds import connected

    cloud = connected(profile, [found.region] if found.region else None)
    if cloud.target.account != found.account:
        msg = f"plan {found.id} is for account {found.account}, not {cloud.target.account}"
        raise Refused(msg, hint="use credentials of that account: --profile")
    return cloud


def _applying(context: typer.Context, found: "Plan", cloud: "Connected") -> "Applying":
    from ringwall.posture.commands.clouds import check_named
    from ringwall.posture.fixing.applying import Applying
    from ringwall.posture.fixing.clouds import Aws

    aws = Aws(cloud.target, cloud.client, check_named(found.check))
    return Applying(aws, lambda plan: _keep(context, plan), needs=_needs(context))


def _needs(context: typer.Context) -> "Approval":
    """Whose approval plans need; what is usual where there is no configuration."""
    from ringwall.posture.config import POSTURE, Fixes, Posture

    installation = installation_of(context)
    if not installation.config.exists():
        return Fixes().approval
    return installation.load().one(Posture, POSTURE).fixes.approval


def _number() -> int:
    """Whom the system let in, also behind ``sudo``; else who called that, or whose process it is.

    Where the system keeps no sign-ins, as in containers, root could call itself anybody: root may
    write the plans themselves, too.
    """
    try:
        number = int(_SIGNED_IN.read_text())
    except (OSError, ValueError):
        number = _NOBODY
    if number != _NOBODY:
        return number
    caller = sudo_caller()
    return os.getuid() if caller is None else caller


def _person() -> str:
    """The name of whoever types, to be told."""
    return account(_number())


def _uid() -> str:
    """By what they are told from others, whatever their name."""
    return f"host:{_number()}"


def _keep(context: typer.Context, plan: "Plan") -> None:
    from ringwall.posture.fixing.recording import record

    record(installation_of(context).state, plan)
    _plans(context).keep(plan)


def _told(plan: "Plan") -> object:
    import json

    from ringwall.posture.fixing.explaining import progress
    from ringwall.posture.fixing.permitting import actions_of
    from ringwall.posture.fixing.plans import encoded

    return json.loads(encoded(plan)) | {
        "digest": plan.digest,
        "progress": progress(plan),
        "permissions": actions_of(plan),
    }


def _show(plan: "Plan") -> None:
    from ringwall.posture.fixing.explaining import progress
    from ringwall.posture.fixing.permitting import actions_of

    say((f"Plan {plan.id}", "bold"), f" ({plan.stage}) for {plan.component}")
    say(f"mends {plan.check}, made by {plan.by} on {plan.made:%Y-%m-%d %H:%M} UTC", style="dim")
    for change in plan.draft.changes:
        say(f"  {change}")
    if plan.draft.warning:
        say(("Note: ", "yellow"), plan.draft.warning)
    say(("Calls", "bold"))
    for step in plan.draft.steps:
        show(f"  {step.do.line}")
        for undo in step.undo:
            show(f"    to take it back: {undo.line}", style="dim")
    say(("Permissions", "bold"), " besides those of a scan")
    show(f"  {', '.join(actions_of(plan))}")
    if plan.draft.terraform:
        say(("Terraform", "bold"))
        for line in plan.draft.terraform.splitlines():
            show(f"  {line}")
    if told := progress(plan):
        say(("Not ended", "bold"), f": `ringwall posture fix undo {plan.id}` takes it back")
        for line in told:
            say(f"  {line}")
    if plan.history:
        say(("History", "bold"))
        for line in plan.history:
            say(f"  {line}", style="dim")
