"""``posture listen``: follow the changes of one account as they happen."""

import os
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, all_checks
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import say
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.posture.collecting.running import Target
    from ringwall.posture.config import AwsAccount
    from ringwall.posture.heard import Hearings
    from ringwall.posture.heeding import Heeding
    from ringwall.posture.listening import Listening
    from ringwall.runtime.installation import Installation

_PAUSE_S: Final = 5.0
_TRIES: Final = 5
"""Failures one after the other, with twice the pause each time; then it ends."""


@command(name="listen", group=GROUP, panel=PANEL, does="posture:scan")
def listen(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="An account of the section.")],
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Do what is in the queue now, and end.")
    ] = False,
) -> None:
    """Follow the changes of an account that its queue tells: read and judge again what they name.

    The worker does so by itself for each account of the section that has `events`.
    """
    from ringwall.posture.config import POSTURE, Posture
    from ringwall.posture.heard import Hearings
    from ringwall.runtime.private_files import locked

    installation = installation_of(context)
    accounts = installation.load().one(Posture, POSTURE).accounts
    if name not in accounts:
        known = ", ".join(sorted(accounts)) or "none"
        raise Refused(f"no account is called {name}", hint=f"there are: {known}")
    if accounts[name].events is None:
        hint = f"set posture.accounts.{name}.events to the URL of its queue"
        raise Refused(f"account {name} has no queue of changes", hint=hint)
    hearings = Hearings(installation.state)
    with ExitStack() as held:
        try:
            held.enter_context(locked(hearings.lock(name), wait=False))
        except BlockingIOError as error:
            raise Refused(f"another process listens to account {name}") from error
        try:
            listening = listening_to(installation, accounts[name], hearings, name)
        except Refused as error:
            hearings.failed(name, error.message)
            raise
        _listen(listening, hearings, name, once=once)


def heeding_of(installation: "Installation", target: "Target") -> "Heeding | None":
    """What takes changes of an account that was scanned whole; ``None`` of another one.

    Refused where the tables cannot be had.
    """
    from ringwall.posture.heeding import Heeding
    from ringwall.posture.keeping import Accounts

    last = Accounts(installation.state).last(target.account)
    if last is None or last.is_narrow:
        return None
    return Heeding(target=target, **_keeping(installation, target.account))


def _keeping(installation: "Installation", account: str) -> dict[str, Any]:
    """The checks, and what keeps what comes of them."""
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.scanning import Pages
    from ringwall.posture.summaries import Summaries
    from ringwall.runtime.opening import open_tables

    open_tables(installation)
    from ringwall.posture.queueing import heed, heed_all

    checks = [one for one in all_checks(None, None) if one.check.judges.startswith("aws-")]
    return {
        "checks": checks,
        "accounts": Accounts(installation.state),
        "take": lambda snapshot, pairs: heed(installation, account, snapshot, pairs, checks),
        "take_all": lambda snapshot, judged: heed_all(
            installation, account, snapshot, judged, checks
        ),
        "pages": Pages(summaries=Summaries(installation.state), checks=checks),
    }


def listening_to(
    installation: "Installation", account: "AwsAccount", hearings: "Hearings", name: str
) -> "Listening":
    """What takes the changes of an account into the queue of findings and the inventory."""
    from ringwall.posture.collecting.planning import scan_for
    from ringwall.posture.collecting.session import clients
    from ringwall.posture.commands.clouds import connected
    from ringwall.posture.listening import CALLS, Listening
    from ringwall.runtime.opening import open_tables

    open_tables(installation)
    checks = [one for one in all_checks(None, None) if one.check.judges.startswith("aws-")]
    role, external = account.role, account.external_id
    found = connected(
        account.profile,
        account.regions,
        role=role,
        external_id=external,
        calls=scan_for(checks).names,
    )
    url = account.events or ""
    client, home = clients(account.profile, role, external, CALLS)
    host = url.split("/")[2].split(".")
    region = host[1] if host[0] == "sqs" and len(host) > 1 else home
    return Listening(
        target=found.target,
        sqs=client("sqs", region),
        queue=url,
        aside=hearings.aside(name),
        **_keeping(installation, found.target.account),
    )


def _listen(listening: "Listening", hearings: "Hearings", name: str, *, once: bool) -> None:
    from botocore.exceptions import BotoCoreError, ClientError
    from django.db import Error as DatabaseError
    from django.db import connections

    from ringwall.posture.collecting.calling import CredentialsError
    from ringwall.runtime.configuration import ConfigurationError

    parent, failures = os.getppid(), 0
    while once or os.getppid() == parent:  # the worker that began it may be gone
        try:
            heard = listening.once(0 if once else 20)
        except (
            BotoCoreError,
            ClientError,
            ConfigurationError,
            CredentialsError,
            DatabaseError,
            OSError,
            ValueError,
        ) as error:
            connections.close_all()  # what broke does not mend, and the next try makes new ones
            hearings.failed(name, str(error))
            failures += 1
            if once or failures == _TRIES:
                raise Refused(f"account {name}: {error}") from error
            say(("not heard: ", "yellow"), str(error), stderr=True)
            time.sleep(_PAUSE_S * (1 << failures))
            continue
        failures = 0
        hearings.note(name, heard, datetime.now(UTC))
        for why in heard.aside:
            say(("set aside: ", "yellow"), f"a message that tells no change: {why}", stderr=True)
        if heard.messages:
            said = f"{heard.messages} messages, {heard.changed} verdicts changed"
            say(f"{said}, {heard.delay_s or 0:.1f} s late", style="dim")
        if once and (heard.waits or not heard.messages):
            if heard.waits:
                raise Refused(f"account {name}: {heard.waits}")
            return
        if heard.waits:
            time.sleep(_PAUSE_S)
