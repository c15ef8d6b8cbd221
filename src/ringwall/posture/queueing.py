"""Put what was judged into the queue of findings: what fails, and what is known not to any more."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.core.verdicts import Outcome
from ringwall.findings.config import FINDINGS, Findings
from ringwall.findings.ranking import Categories, NothingKnown
from ringwall.findings.service import Taken, take
from ringwall.inventory import deriving, taking
from ringwall.inventory.filling import rules_of
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.noting import stood_on
from ringwall.posture.judging import Judged
from ringwall.posture.keeping import Accounts, Kept
from ringwall.posture.listings import is_bounded, of_account
from ringwall.posture.reports.report import SOURCE, Row
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.runtime.installation import Installation

Said = Callable[[str, str], Outcome | None]
"""Of a weakness and a component, what a run came to."""
_NOTHING_KNOWN: Final = NothingKnown()
_IN_REGION: Final = re.compile(
    r"[a-z0-9-]+/(?:arn:[^:]*:[^:]*:([^:]*):|\d{12}/([a-z]{2,}(?:-[a-z]+)+-\d+)(?:/|$))"
)


class Heard:
    """What a run says of a weakness of a component: its verdict, or that the component is gone.

    Of what is not there any more nothing is wrong, where all of its kind could be listed.
    """

    def __init__(
        self, snapshot: Snapshot, judged: Iterable[Judged], checks: Mapping[str, KnownCheck]
    ) -> None:
        self._snapshot, self._checks = snapshot, checks
        self._outcomes = {(one.check, one.component): one.verdict.outcome for one in judged}

    def __call__(self, weakness: str, component: str, /) -> Outcome | None:
        """``None`` where no check of this run looks for it."""
        if weakness not in self._checks:
            return None
        outcome = self.looked(weakness, component)
        if outcome is not None:
            return outcome
        kind, region = component.partition("/")[0], _region_of(component)
        if kind == "aws-region" and ":" not in component:
            return None  # regions do not go, unlike code of one: nobody looked there
        listings = list(self._snapshot.listings(kind))
        if region and listings and not any(one.region in {"", region} for one, _ in listings):
            return None  # nobody looked there
        is_listed = bool(listings) and all(told.is_told for _, told in listings)
        return Outcome.PASS if is_listed else Outcome.UNKNOWN

    def looked(self, weakness: str, component: str, /) -> Outcome | None:
        """The same of what is there: it says nothing of what it does not know."""
        if weakness not in self._checks:
            return None
        if (outcome := self._outcomes.get((weakness, component))) is not None:
            return outcome
        # What is there, and the check does not judge such a one, passes.
        return None if self._snapshot.get(component) is None else Outcome.PASS


def _region_of(component: str) -> str:
    """Where a component is, by its name; empty where that does not say."""
    found = _IN_REGION.match(component)
    return "" if found is None else found[1] or found[2] or ""


def put(
    snapshot: Snapshot,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
    *,
    scope: str,
    at: datetime,
    rules: Findings,
    categories: Categories = _NOTHING_KNOWN,
    heard: Said | None = None,
) -> Taken:
    """Take a run's verdicts into the queue; ``scope`` is the account, or ``ringwall``.

    Whoever calls has opened the tables. ``at`` is when it was read. ``heard`` says what the run
    came to where it tells of no finding; without it, what it does by all its verdicts.
    """
    several = list(judged)
    known = {one.id: one for one in checks}
    everything = Heard(snapshot, several, known)
    findings = []
    indexes: dict[Any, Any] = {}
    for one in several:
        seen = snapshot.get(one.component)
        if one.verdict.outcome is Outcome.FAIL and seen is not None:
            check = known[one.check]
            row = Row(check=check, judged=one, found=seen.found, place=seen.place)
            values = stood_on(snapshot, check, seen, one.verdict.why, indexes)
            findings.append(replace(row.finding(at), values=values))
    return take(
        findings,
        source=SOURCE,
        scope=scope,
        judged=heard or everything,
        looked=heard or everything.looked,
        rules=rules,
        categories=categories,
        at=at,
    )


def heed(
    installation: Installation,
    account: str,
    snapshot: Snapshot,
    pairs: Iterable[tuple[Judged | None, Judged | None]],
    checks: Iterable[KnownCheck],
) -> Taken:
    """Take in what a change did: to the inventory, and of verdicts those that came out otherwise.

    ``pairs`` are verdicts before and after, also of what fails as it did, for other values; of all
    others nothing is said.
    """
    from ringwall.findings.known import known_categories  # noqa: PLC0415 - needs the tables

    last: dict[tuple[str, str], Judged | None] = {}
    for before, after in pairs:
        one = after or before
        if one is not None:
            last[one.check, one.component] = after
    at = datetime.now(UTC)
    stock(installation, account, snapshot, at=at)
    known = {one.id: one for one in checks if one.id in {check for check, _ in last}}
    heard = Heard(snapshot, (one for one in last.values() if one is not None), known)

    def said(weakness: str, component: str, /) -> Outcome | None:
        return heard(weakness, component) if (weakness, component) in last else None

    return put(
        snapshot,
        [one for one in last.values() if one is not None],
        known.values(),
        scope=account,
        at=at,
        rules=installation.load().one(Findings, FINDINGS),
        categories=known_categories(installation),
        heard=said,
    )


def heed_all(
    installation: Installation,
    account: str,
    snapshot: Snapshot,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
) -> Taken:
    """Take in all verdicts of an account as they stand now, and the inventory."""
    from ringwall.findings.known import known_categories  # noqa: PLC0415 - needs the tables

    at = datetime.now(UTC)
    stock(installation, account, snapshot, at=at)
    return put(
        snapshot,
        judged,
        checks,
        scope=account,
        at=at,
        rules=installation.load().one(Findings, FINDINGS),
        categories=known_categories(installation),
    )


def stock(
    installation: Installation,
    account: str,
    snapshot: Snapshot,
    *,
    at: datetime,
    is_narrow: bool = False,
) -> None:
    """Tell the inventory what was read of an account at a time, and find out what follows of it.

    ``is_narrow`` is whether it was asked for less than there is, if what is kept does not say so.

    So the rank of what is found there knows at once whose a component is, what it keeps, and
    whether the internet gets at it. ``ConfigurationError`` where the rules cannot be read.
    """
    rules = rules_of(installation)
    last = Accounts(installation.state).last(account)
    is_narrow = is_narrow or is_bounded(installation) or (last is not None and last.is_narrow)
    read = at if last is None else last.read
    is_all = True
    kept = Kept(account=account, read=read, gaps=0, snapshot=snapshot, is_narrow=is_narrow)
    for listing in of_account(kept, at=at):
        if (
            is_all or listing.scope != account
        ):  # whoever tells of it meanwhile says when that is all
            is_all = taking.take_or_leave(listing, rules) is not None and is_all
    deriving.reach_all()
