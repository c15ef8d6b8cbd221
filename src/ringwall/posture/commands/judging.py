"""``posture judge``: what was read before, by the checks as they are now."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from ringwall.posture.commands.queueing import to_queue
from ringwall.posture.commands.scanning import GROUP, PANEL
from ringwall.posture.commands.told import Account
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import say
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.posture.scanning import Pages
    from ringwall.runtime.installation import Installation


def pages_of(installation: "Installation") -> "Pages":
    """All checks of clouds, and where what pages show is kept; what they tell of checks is, too."""
    from ringwall.posture.check_pages import CheckPages
    from ringwall.posture.checking.finding import cloud_checks, own_checks
    from ringwall.posture.past import Past
    from ringwall.posture.scanning import Pages
    from ringwall.posture.summaries import Summaries

    CheckPages(installation.state).keep(own_checks())
    state = installation.state
    return Pages(summaries=Summaries(state), checks=cloud_checks(), past=Past(state))


@command(name="judge", group=GROUP, panel=PANEL, does="posture:scan")
def judge(context: typer.Context, *, account: Account = None) -> None:
    """Judge anew what the last scans read, by the checks as they are now; nothing is called.

    The worker does so by itself after an update of Ringwall, so that its pages tell of all checks.
    """
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.scanning import BusyError, first_read, judge_anew

    installation = installation_of(context)
    accounts, pages = Accounts(installation.state), pages_of(installation)
    names = account or list(accounts.all())
    if not names:
        raise Refused("no account was read yet", hint="`ringwall posture scan` reads one")
    for name in names:
        mark = accounts.owed(name)
        try:
            found = judge_anew(name, accounts, pages)
        except (BusyError, ValueError) as error:
            raise Refused(str(error)) from error
        if found is None:
            known = ", ".join(accounts.all()) or "none"
            raise Refused(f"account {name} was never read", hint=f"there are: {known}")
        kept, judged = found
        said = (
            f"account {name}: {len(judged):,} verdicts of what was read {kept.read:%Y-%m-%d %H:%M}"
        )
        say(f"{said} UTC", style="dim", stderr=True)
        summary = pages.summaries.get(name)
        silent = frozenset() if summary is None else summary.summary.unread
        looked = [one for one in pages.checks if one.id not in silent]
        at = min(kept.read, first_read(kept.snapshot, kept.read))
        if mark:  # what the queue was told last is no more than what is kept
            at = datetime.now(UTC)
        to_queue(context, kept.snapshot, judged, looked, scope=name, at=at)
        accounts.settle(name, mark)
