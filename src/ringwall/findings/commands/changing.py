"""``findings acknowledge``, ``start``, ``done``, ``accept``, ``reject``, ``reopen``, and words."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.findings.commands.listing import GROUP, PANEL, Uid
from ringwall.findings.states import Move, Refusal
from ringwall.runtime.commanding import command, concerns, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.findings.standing import Standing

Until = Annotated[
    datetime | None,
    typer.Option(
        "--until",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The day at which it ends (UTC).",
    ),
]
Why = Annotated[str, typer.Option("--reason", help="Why; others will read it.")]


@command(name="acknowledge", group=GROUP, panel=PANEL, does="findings:change")
def findings_acknowledge(context: typer.Context, uid: Uid, *, as_json: AsJson = False) -> None:
    """Say that you have seen a finding and it will be mended."""
    _move(context, uid, Move.ACKNOWLEDGE, as_json=as_json)


@command(name="start", group=GROUP, panel=PANEL, does="findings:change")
def findings_start(context: typer.Context, uid: Uid, *, as_json: AsJson = False) -> None:
    """Say that somebody is mending it."""
    _move(context, uid, Move.START, as_json=as_json)


@command(name="done", group=GROUP, panel=PANEL, does="findings:change")
def findings_done(context: typer.Context, uid: Uid, *, as_json: AsJson = False) -> None:
    """Say that it is mended. It is fixed only when a check confirms it."""
    _move(context, uid, Move.DONE, as_json=as_json)


@command(name="accept", group=GROUP, panel=PANEL, does="findings:change")
def findings_accept(
    context: typer.Context,
    uid: Uid,
    *,
    owner: Annotated[str, typer.Option("--owner", help="Who answers for that.")],
    reason: Why,
    until: Until,
    as_json: AsJson = False,
) -> None:
    """Accept the risk of a finding for some time.

    It opens again at its end, and before that if what it stands on changes or gets worse.
    """
    _move(context, uid, Move.ACCEPT, owner=owner, reason=reason, until=until, as_json=as_json)


@command(name="reject", group=GROUP, panel=PANEL, does="findings:change")
def findings_reject(
    context: typer.Context, uid: Uid, *, reason: Why, until: Until = None, as_json: AsJson = False
) -> None:
    """Say that it is a false positive. It opens again as what is accepted does."""
    _move(context, uid, Move.REJECT, reason=reason, until=until, as_json=as_json)


@command(name="reopen", group=GROUP, panel=PANEL, does="findings:change")
def findings_reopen(
    context: typer.Context, uid: Uid, *, reason: Why = "", as_json: AsJson = False
) -> None:
    """Take back what was said of a finding: it is open."""
    _move(context, uid, Move.REOPEN, reason=reason, as_json=as_json)


@command(name="comment", group=GROUP, panel=PANEL, does="findings:change")
def findings_comment(
    context: typer.Context,
    uid: Uid,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What you say of it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say something about a finding; it stands in its history."""
    _open(context)
    from ringwall.findings import service

    _tell(context, service.comment(uid, text), "the comment is kept", as_json=as_json)


@command(name="assign", group=GROUP, panel=PANEL, does="findings:change")
def findings_assign(
    context: typer.Context,
    uid: Uid,
    owner: Annotated[
        str, typer.Argument(metavar="OWNER", help="Whose job it is; '' for the component's owner.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Say whose job a finding is."""
    _open(context)
    from ringwall.findings import service

    done = service.assign(uid, owner)
    told = f"it is the job of {owner}" if owner.strip() else "it is its component's owner's job"
    _tell(context, done, told, as_json=as_json)


def _move(
    context: typer.Context,
    uid: str,
    step: Move,
    *,
    as_json: bool,
    owner: str = "",
    reason: str = "",
    until: datetime | None = None,
) -> None:
    _open(context)
    from ringwall.findings import service
    from ringwall.findings.config import FINDINGS, Findings

    done = service.move(
        uid,
        step,
        owner=owner,
        reason=reason,
        until=None if until is None else until.replace(tzinfo=UTC),
        rules=installation_of(context).load().one(Findings, FINDINGS),
    )
    _tell(context, done, "", as_json=as_json)


def _open(context: typer.Context) -> None:
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context))


def _tell(context: typer.Context, done: "Standing | Refusal", told: str, *, as_json: bool) -> None:
    if isinstance(done, Refusal):
        raise Refused(done.why, hint="`ringwall findings show` tells how it stands")
    concerns(context, "Finding", done.uid)
    if as_json:
        print_json(done.to_json(datetime.now(UTC)))
        return
    say(f"{done.uid[:8]} is {done.state}" + (f": {told}" if told else ""), style="green")
