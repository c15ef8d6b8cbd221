"""``posture smaller``: the least policies that keep what a user, group or role used."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL
from ringwall.posture.commands.told import Account, read_accounts
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say, write
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.posture.checking.reading import Subject
    from ringwall.posture.keeping import Kept
    from ringwall.posture.permissions.shrinking import Smaller, Used

_RESOURCES: Final = {
    "aws-iam-user": ("aws_iam_user_policy", "user"),
    "aws-iam-group": ("aws_iam_group_policy", "group"),
    "aws-iam-role": ("aws_iam_role_policy", "role"),
}


@command(name="smaller", group=GROUP, panel=PANEL, does="posture:see")
def smaller(
    context: typer.Context,
    component: Annotated[
        str, typer.Argument(metavar="COMPONENT", help="A user, group or role: id, ARN or name.")
    ],
    *,
    account: Account = None,
    terraform: Annotated[
        bool, typer.Option("--terraform", help="Write the policies as Terraform.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Propose the least policies that keep what a user, group or role used in 90 days.

    By what `posture scan` read last; nothing is changed. Each policy never allows more than the one
    whose place it takes. What AWS does not track counts as used.
    """
    from ringwall.core.observations import UnknownError
    from ringwall.posture.checking.reading import World
    from ringwall.posture.checks.aws.used import proposals, used_by
    from ringwall.posture.permissions.shrinking import Used

    kept, name = _found(read_accounts(context, account), component)
    world = World(kept.snapshot)
    seen = kept.snapshot.get(name)
    if seen is None:
        raise Refused(f"there is no {component}")
    it = world.subject(seen)
    try:
        if not proposals(world, it, Used()):
            _show_none(it, as_json=as_json, terraform=terraform)
            return
        used = used_by(it)
        if not used.is_told:
            raise Refused(f"AWS tells nothing of what {it.label} used", code=ExitCode.PARTIAL)
        several = proposals(world, it, used)
    except UnknownError as error:
        hint = "`ringwall posture scan --permissions` prints what a scan needs"
        raise Refused(error.why, code=ExitCode.PARTIAL, hint=hint) from error
    if as_json:
        print_json([_as_json(one) for one in several])
    elif terraform:
        _as_terraform(it, several)
    else:
        _show(it, used, several)


def _found(several: "Sequence[Kept]", text: str) -> "tuple[Kept, str]":
    found = [
        (kept, seen.found.id)
        for kept in several
        for kind in _RESOURCES
        for seen in kept.snapshot.of_kind(kind)
        if text in {seen.found.id, seen.found.name, seen.found.label}
    ]
    if not found:
        hint = "name it by its id, ARN or name; `ringwall inventory list kind:aws-iam-*`"
        raise Refused(f"no user, group or role that was read is called {text}", hint=hint)
    if len(found) > 1:
        named = ", ".join(name for _, name in found[:5])
        raise Refused(f"several are called {text}: {named}", hint="name one by its id")
    return found[0]


def _show_none(it: "Subject", *, as_json: bool, terraform: bool) -> None:
    said = f"{it.label} has no policies of its own"
    if as_json:
        print_json([])
    elif terraform:
        write(f"# {said}\n")
    else:
        say(said)


def _show(it: "Subject", used: "Used", several: "Sequence[Smaller]") -> None:
    services = ", ".join(sorted(used.services)) or "nothing"
    say((it.label, "bold"), f" used in 90 days: {services}")
    for one in several:
        say("")
        if not one.is_smaller:
            say((one.name, "bold"), " stays as it is")
            continue
        say((one.name, "bold"), f" without {', '.join(one.drops)}")
        if one.arn:
            say("attached: write this one into it instead, and detach that", style="dim")
        for text in one.unsure:
            say(("not known: ", "yellow"), text)
        if one.document is None:
            say("Nothing of it was used: take it away.")
        else:
            print_json(one.document)


def _as_json(one: "Smaller") -> dict[str, Any]:
    return {
        "name": one.name,
        "arn": one.arn,
        "is_smaller": one.is_smaller,
        "drops": one.drops,
        "unsure": one.unsure,
        "document": one.document,
    }


def _as_terraform(it: "Subject", several: "Sequence[Smaller]") -> None:
    from ringwall.posture.fixing.terraform import encoded_policy, named, resource

    kind, argument = _RESOURCES[it.found.kind]
    for one in several:
        if not one.is_smaller:
            write(f"# {one.name} stays as it is\n\n")
            continue
        what = f"attachment of {one.arn}" if one.arn else f"policy {one.name}"
        notes = "".join(f"# not known: {text}\n" for text in one.unsure)
        if one.document is None:
            write(f"{notes}# nothing of it was used: take away the {what} of {it.label}\n\n")
            continue
        body = {"name": one.name, argument: it.label, "policy": encoded_policy(one.document)}
        name = named(f"{it.label}_{one.name}")
        comment = f"in place of the {what} of {it.label}"
        write(f"{notes}{resource(kind, name, body, comment=comment)}\n")
