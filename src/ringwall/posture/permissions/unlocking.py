"""Whether somebody may decrypt with the key that data is encrypted with, or give themselves that.

KMS Developer Guide, "Key policies", "Grants" and "Condition keys"; that a service asks by whoever
reads: each service's guide, "Encryption at rest". A key of AWS's own serves all of its account.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Final

from ringwall.posture.permissions.accounts import Account, Identity, Levels
from ringwall.posture.permissions.asking import RANK, context_of, could, strictest
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.exposure import exposed
from ringwall.posture.permissions.principals import mentions
from ringwall.posture.permissions.reading import GRANTING, calls_that_read, easiest
from ringwall.posture.permissions.requests import ABSENT, Values
from ringwall.posture.permissions.statements import Document
from ringwall.posture.permissions.strangers import Stranger

_KEY: Final = "aws-kms-key"
_WITHOUT: Final = frozenset({"sqs:SetQueueAttributes"})
"""Calls that need no key: who may say how what comes is encrypted has it come without."""
_DOUBTED: Final = frozenset({"dynamodb:ExportTableToPointInTime", "dynamodb:GetRecords"})
"""Calls of which it is not told by whose permission they decrypt."""
_DIRECTLY: Final[Mapping[str, Values]] = {
    "kms:viaservice": ABSENT,
    "kms:grantisforawsresource": ("false",),
    "kms:grantoperations": ("Decrypt",),
}
_FOR_STRANGERS: Final = frozenset({"kms:Decrypt", "kms:CreateGrant"})
_LETTING: Final = frozenset(
    call for kinds in GRANTING.values() for calls in kinds.values() for call in calls
)
"""Calls by which one lets others read."""
_OTHERWISE: Final = "whether all of it is decrypted with {}, with which they may not, is not known"
_OPENING: Final = frozenset({"kms:Decrypt", "kms:ReEncryptFrom"})
_Who = tuple[str, str]
"""Where somebody is, and who that is called."""
_SESSION: Final = re.compile(r"arn:[\w-]+:sts::(\d+):assumed-role/([^/]+)/.*")


@dataclass(frozen=True, slots=True)
class Lock:
    """The key that data is encrypted with, by its ARN, and the account that it is in.

    ``said`` is what is known of the call by which the service decrypts. ``granted`` are the ARNs
    of those whom grants let decrypt, ``None`` where they are not known. ``is_whole`` is that
    nothing is encrypted otherwise, ``is_told`` that who reads is given what is encrypted as it is,
    ``is_ours`` that the key is none of AWS's own, ``is_known`` that the ARN is the key's own.
    ``doubt`` is why nobody may have anything by it, as with a key that is off; ``has_copies`` that
    a key of another region decrypts the same, by a policy of its own. ``home`` is the account of
    the key, where that is another one that was read.
    """

    name: str
    arn: str
    account: str
    policy: Document
    said: Mapping[str, Values] = field(default_factory=dict)
    granted: frozenset[str] | None = frozenset()
    tags: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True
    is_told: bool = False
    is_ours: bool = True
    is_known: bool = True
    doubt: str = ""
    has_copies: bool = False
    home: Account | None = None


def strangers_open(lock: Lock | None, rcps: Levels) -> bool:
    """Whether it is known that strangers decrypt, or need not.

    ``rcps`` are the resource control policies that bear on it.
    """
    if lock is None:
        return True
    if lock.doubt:
        return False
    found = exposed(lock.policy, (lock.arn,), account=lock.account, rcps=rcps, keys=lock.said)
    return any(
        one.is_certain and one.is_wide and one.stranger is not Stranger.ANY_CUSTOMER
        for one in found
        if one.action in _FOR_STRANGERS
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """Somebody who asks for the key, as its account binds them, and what is known of each call."""

    lock: Lock
    who: Identity
    bound: Identity
    account: Account
    said: Mapping[str, Values]

    def by(self, more: Mapping[str, Values]) -> Callable[[str, str], Decision]:
        """What is decided of calls of which this is known, too."""
        lock = self.lock
        context = context_of(
            self.who,
            organisation=self.account.organisation,
            said={**self.said, **more},
            tags=lock.tags or None,
        )
        return lambda action, resource: could(
            self.bound,
            [action],
            resource,
            context=context,
            resource_policy=lock.policy,
            resource_account=lock.account,
        )[0]

    def calls(self, *, opening: bool) -> list[tuple[str, str]]:
        """Those that decrypt, or those that give somebody the key."""
        lock, is_own = self.lock, self.lock.account == self.account.id
        several = calls_that_read(_KEY, lock.arn, is_own=is_own)
        return [one for one in several if (one[0] in _OPENING) is opening]


class Helpers:
    """Who else may have a part in it, of those whom somebody comes to, of these accounts.

    One reads and another one gives them the key, or lets one read who has it; of what is told
    encrypted, too, one reads and another one decrypts. ``whole`` are the numbers of accounts of
    which somebody has every permission; in ``known`` stands by key who may give it.
    """

    def __init__(
        self,
        lock: Lock,
        accounts: Iterable[Account],
        near: Set[str],
        whole: Set[str],
        known: dict[str, list[_Who]],
    ) -> None:
        self._lock, self._near, self._whole = lock, near, whole
        self._accounts = list(accounts)
        self._known = known
        self._opening: list[_Who] | None = None

    def helping(self, call: str, who: Identity) -> str:
        """The name of somebody with whom one who may make this call may read it, else empty.

        Keys of AWS's own nobody gives to anybody.
        """
        if not self._lock.is_ours:
            return ""
        several = self._givers()
        if self._lock.is_told or call in _LETTING:
            several = [*several, *self._openers()]
        return next((name for place, name in several if place != who.at), "")

    def _givers(self) -> list[_Who]:
        """Who may give the key to somebody: the same for all that it encrypts."""
        found = self._known.get(self._lock.arn)
        if found is None:
            found = self._known[self._lock.arn] = [
                ("", f"whoever has every permission of {account.id}")
                for account in self._accounts
                if account.id in self._whole and mentions(self._lock.policy, account.id)
            ]
            found += [
                (one.at, one.name)
                for account, one in self._others()
                if _giving(_Asking(self._lock, one, one, account, {})).may_be
            ]
        return found

    def _openers(self) -> list[_Who]:
        """Who decrypts; what is not told encrypted, where they are let read it."""
        if self._opening is None:
            self._opening = [
                (one.at, one.name)
                for account, one in self._others()
                if _decrypting(_Asking(self._lock, one, one, account, {})).may_be
            ]
        return self._opening

    def _others(self) -> Iterator[tuple[Account, Identity]]:
        for account in self._accounts:
            for one in account.everybody:
                if one.at in self._near:
                    yield account, one


def unlocking(
    lock: Lock | None,
    who: Identity,
    bound: Identity,
    account: Account,
    said: Mapping[str, Values],
    *,
    helpers: Helpers | None = None,
) -> Callable[[str, Decision], Decision]:
    """What becomes of a call that is allowed, or may be, where what it reads is encrypted.

    ``bound`` is ``who`` as the key's account binds them; ``said`` is known of each call there.
    What allows the call stays what allows it: without that the key opens nothing.
    """
    if lock is None:
        return lambda _, decision: decision
    known: list[Decision] = []

    def unlock(call: str, decision: Decision) -> Decision:
        if call in _WITHOUT:
            return decision
        if not known:
            known.append(_decrypting(_Asking(lock, who, bound, account, said)))
        (key,) = known
        if key.outcome is Outcome.DENIED:
            if not lock.is_whole or call in _DOUBTED:
                return replace(decision, outcome=Outcome.UNKNOWN, why=_OTHERWISE.format(lock.name))
            helper = helpers.helping(call, who) if helpers is not None else ""
            why = f"whether {helper} helps them to {lock.name} is not known"
            return replace(decision, outcome=Outcome.UNKNOWN, why=why) if helper else key
        if lock.doubt:
            key = replace(key, outcome=Outcome.UNKNOWN, why=lock.doubt)
        found = strictest((decision, key))
        if RANK[key.outcome] < RANK[decision.outcome]:
            why = f"whether they decrypt with {lock.name} is not known: {key.why}"
            found = replace(found, why=why)
        return replace(found, by=decision.by, also=decision.also, left_by=decision.left_by)

    return unlock


def _giving(asking: _Asking) -> Decision:
    """Whether somebody may give the key, to themselves too."""
    return easiest(asking.calls(opening=False), asking.by(_DIRECTLY))[1]


def _decrypting(asking: _Asking) -> Decision:
    """Whether a service decrypts for somebody, or they themselves where they have what it takes.

    Whom something denies it, a grant helps perhaps.
    """
    lock = asking.lock
    served = asking.by(lock.said)("kms:Decrypt", lock.arn)
    if served.outcome is Outcome.ALLOWED:
        return served
    found = [served]
    if lock.is_told:
        about = {key: value for key, value in lock.said.items() if ":encryptioncontext:" in key}
        found.append(easiest(asking.calls(opening=True), asking.by({**_DIRECTLY, **about}))[1])
    given = _giving(asking)
    if given.may_be and served.by and not served.may_be:
        given = replace(given, outcome=Outcome.UNKNOWN, why=served.why)
    best = max((*found, given), key=lambda one: RANK[one.outcome])
    is_shut = lock.is_known and served.by and not lock.is_told
    is_abroad = not lock.is_ours and lock.account != asking.account.id
    if best.may_be or is_shut or is_abroad:
        return best
    doubt = f"which key {lock.name} is is not known"
    if lock.is_known:
        doubt = _granted(lock, asking.bound)
    if lock.is_told and lock.has_copies:
        doubt = f"whether a copy of {lock.name} in another region decrypts for them is not known"
    return replace(best, outcome=Outcome.UNKNOWN, why=doubt) if doubt else best


def _granted(lock: Lock, who: Identity) -> str:
    """Why a grant may let somebody decrypt; empty where none does."""
    if lock.granted is None:
        return f"the grants of {lock.name} are not known"
    number = who.arn.split(":")[4]
    for arn in lock.granted:
        session = _SESSION.fullmatch(arn)
        is_session = session is not None and session.groups() == (number, who.name)
        if arn == who.arn or arn.endswith(f":iam::{number}:root") or (is_session and who.is_role):
            return f"a grant of {lock.name} names {arn}"
    return ""
