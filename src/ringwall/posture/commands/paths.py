"""``posture paths``: the ways from the internet to confidential data, and what would end them."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL
from ringwall.posture.commands.told import Account, read_accounts, tell_narrow
from ringwall.posture.commands.ways import as_json_of, show
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.posture.attacks import Asset
    from ringwall.posture.classifying import Classify
    from ringwall.posture.keeping import Kept

_INTERNET: Final = "internet"
_WANTED: Final = ("restricted", "confidential")
_BEGINS: Final = (
    *("aws-iam-user", "aws-iam-role", "aws-ec2-instance", "aws-lambda-function"),
    *("aws-ecs-service", "aws-ecs-task", "aws-eks-cluster", "aws-cloudfront-distribution"),
    *("aws-apigateway-api", "aws-apigateway-rest-api", "aws-elbv2-listener"),
)
_LEADS_TO: Final = (*_BEGINS, "aws-kms-key")


@command(name="paths", group=GROUP, panel=PANEL, does="posture:see")
def paths(
    context: typer.Context,
    *,
    account: Account = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="COMPONENT", help="Only to this: id, ARN or name; repeat."),
    ] = None,
    begin: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="COMPONENT", help="Who begins, if not the internet; repeat."
        ),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, max=50, help="Ways that are shown to each.")
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """Show the ways from the internet to confidential data, and which changes end them.

    A way may lead over all accounts that were read, whichever is asked for. By what `posture scan`
    read last; nothing is called. What is confidential is told by the inventory; where it knows
    nothing, by rules, tags and what is usual for the kind.
    """
    from ringwall.posture.across import land_of
    from ringwall.posture.attacks import attacks

    every = read_accounts(context, None)
    tell_narrow(one.account for one in every if one.is_narrow)
    kept = read_accounts(context, account)
    classify = _classify(context)
    places = {one.account: _places(one, begin) for one in every}
    sources = list(dict.fromkeys(place for several in places.values() for place in several))
    if begin and not sources:
        raise Refused(
            f"none of the accounts has {', '.join(begin)}",
            hint="name the internet, or a user, role, instance, function or service",
        )
    land = land_of({one.account: one.snapshot for one in every})
    told = []
    for one in kept:
        wanted, others = _assets(one, classify, to)
        if to and not wanted:
            continue
        found = attacks(
            one.snapshot,
            one.account,
            wanted,
            sources=sources,
            most=most,
            is_all=not to,
            land=land,
        )
        if places[one.account] or found.paths or to:
            told.append((one, found, others))
    if not told:
        raise Refused(
            f"nothing that was read is called {', '.join(to or ())}",
            hint="name a component by its id, ARN or name; `ringwall inventory list` shows them",
        )
    if as_json:
        print_json([as_json_of(one, found, others) for one, found, others in told])
    else:
        for one, found, others in told:
            show(one, found, others, from_internet=not begin)
    if any(found.blocked or found.unknown for _, found, _ in told):
        raise typer.Exit(ExitCode.PARTIAL)


def _classify(context: typer.Context) -> "Classify":
    """How confidential something is, and who says so."""
    from ringwall.inventory.categorising import Rules
    from ringwall.inventory.rules import INVENTORY, Inventory
    from ringwall.posture.classifying import classifying
    from ringwall.runtime.opening import open_tables

    installation = installation_of(context)
    rules = Rules()
    if installation.config.exists():
        rules = Rules(installation.load().one(Inventory, INVENTORY).rules)
    try:
        open_tables(installation)
    except Refused:
        return classifying(rules, has_tables=False)
    return classifying(rules, has_tables=True)


def _assets(
    kept: "Kept",
    classify: "Classify",
    to: Sequence[str] | None,
) -> "tuple[list[Asset], Counter[str]]":
    """What ways are looked for to, worst first, and how many hold data of other levels."""
    from ringwall.posture.attacks import assets_of, place_of

    all_of = list(assets_of(kept.snapshot, kept.account, classify))
    others: Counter[str] = Counter()
    if to:
        names = set(to)
        found = [one for one in all_of if names & {one.component, one.arn, one.label}]
        known = {one.component for one in found}
        for seen in kept.snapshot:
            one = seen.found
            if (
                names & {one.id, one.name, one.label}
                and one.kind in _LEADS_TO
                and one.id not in known
            ):
                found.append(place_of(one))
        return found, others
    found = [one for one in all_of if one.classification in _WANTED]
    others.update(one.classification for one in all_of if one.classification not in _WANTED)
    found.sort(key=lambda one: (_WANTED.index(one.classification), one.component))
    return found, others


def _places(kept: "Kept", begin: Sequence[str] | None) -> list[str]:
    """The places in an account at which ways begin."""
    found = [_INTERNET] if not begin or _INTERNET in begin else []
    for seen in kept.snapshot:
        one = seen.found
        if begin and one.kind in _BEGINS and {one.id, one.name, one.label} & set(begin):
            found.append(one.name)
    return found
