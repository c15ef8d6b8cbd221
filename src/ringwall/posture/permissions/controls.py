"""The control policies that bind an account, as its organisation's management tells them.

Service control policies bound whoever is in an account, resource control policies what anybody may
do to what is in it. Neither binds the management account (AWS Organizations User Guide).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ringwall.posture.permissions.accounts import EVERYTHING, Identity, Levels, Unit
from ringwall.posture.permissions.deciding import Decision, Outcome, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import ABSENT, Context, Request, Values
from ringwall.posture.permissions.statements import Document, Effect, Kind, Statement, unread
from ringwall.posture.permissions.strangers import ACCOUNT as STRANGE

Target = Mapping[str, Any]
_FULL: Final = read(EVERYTHING, name="RCPFullAWSAccess", kind=Kind.RCP)
"""AWS attaches it everywhere, and nobody can detach it."""
ANYBODY: Final = read(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
    },
    name="a policy that lets everybody in",
    kind=Kind.RESOURCE,
)
"""What stands for the policy of a resource where it is asked what control policies leave."""


@dataclass(frozen=True, slots=True)
class Controls:
    """``levels`` and ``rcps`` bind an account, from the root on; of ``units`` one may, by name."""

    levels: Levels = ()
    units: tuple[Unit, ...] = ()
    rcps: Levels = ()

    def __bool__(self) -> bool:
        return bool(self.levels or self.units or self.rcps)

    @property
    def denying(self) -> list[Document]:
        """Those that certainly bind it and deny something."""
        several = (one for level in (*self.levels, *self.rcps) for one in level)
        return [one for one in several if _denies(one)]

    def without_denials(self, document: Document) -> "Controls":
        """The same without what a policy denies."""

        def less(one: Document) -> Document:
            return _only(one, _allows) if one is document else one

        return self._with(less)

    @property
    def lasting(self) -> "Controls":
        """The same without what they deny by tags of who asks: some may tag themselves."""
        return self._with(lambda one: _only(one, _lasts))

    def _with(self, changed: Callable[[Document], Document]) -> "Controls":
        def of(levels: Levels) -> Levels:
            return tuple(tuple(map(changed, level)) for level in levels)

        return replace(self, levels=of(self.levels), rcps=of(self.rcps))


UNCONTROLLED: Final = Controls()
"""Nothing binds it, or nobody looked what does."""


def _denies(document: Document) -> bool:
    return any(one.effect is Effect.DENY for one in document.statements)


def _allows(one: Statement) -> bool:
    return one.effect is Effect.ALLOW


def _lasts(one: Statement) -> bool:
    return not any(condition.key.startswith("aws:principaltag/") for condition in one.conditions)


def _only(document: Document, keeps: Callable[[Statement], bool]) -> Document:
    left = tuple(one for one in document.statements if keeps(one) or one.fault)
    if len(left) == len(document.statements):
        return document
    return Document(document.name, document.kind, left, document.faults)


@dataclass(slots=True)
class _Attached:
    """What is attached to the root, to each unit, and to the account itself."""

    root: list[Document]
    own: list[Document]
    units: dict[str, tuple[str, list[Document]]]
    anywhere: list[Document]


def controls_of(
    policies: Iterable[tuple[Document, Iterable[Target] | None]],
    account: str,
    *,
    management: str,
    within: Sequence[str] | None = None,
) -> Controls:
    """What binds an account, of policies each with the targets that it is attached to.

    ``within`` are the ids of the units that the account is in, from the top, ``None`` where that is
    not known: then what is attached to a unit may bind it or not. Targets that could not be read
    are ``None``: that policy may allow something at each level, and may deny it.
    """
    if account == management:
        return Controls()
    it = _attached(policies, account)
    path = None if within is None else [one for one in within if one.startswith("ou-")]
    known = [] if path is None else [it.units[one][1] for one in path if one in it.units]
    levels = [it.root, *known, it.own]
    scps = tuple(_level(one, it.anywhere, Kind.SCP) for one in levels)
    rcps = tuple(_level(one, it.anywhere, Kind.RCP) for one in levels)
    units = [] if path is not None else list(it.units.values())
    units += [("that cannot be told", [one]) for one in it.anywhere]
    return Controls(
        tuple(one for one in scps if one),
        tuple((name, tuple(several)) for name, several in units),
        tuple(one for one in rcps if one),
    )


def _attached(
    policies: Iterable[tuple[Document, Iterable[Target] | None]], account: str
) -> _Attached:
    it = _Attached([], [], {}, [])
    for document, targets in policies:
        if targets is None:
            it.anywhere.append(document)
        for target in targets or ():
            identifier = str(target.get("TargetId"))
            if target.get("Type") == "ROOT":
                it.root.append(document)
            elif target.get("Type") == "ORGANIZATIONAL_UNIT":
                name = str(target.get("Name") or identifier)
                it.units.setdefault(identifier, (name, []))[1].append(document)
            elif identifier == account:
                it.own.append(document)
    return it


def _level(
    several: Iterable[Document], anywhere: Iterable[Document], kind: Kind
) -> tuple[Document, ...]:
    """The policies of a kind at a level; what may be there, too, may allow what no other does."""
    there = [one for one in several if one.kind is kind]
    if not there:
        return ()
    if kind is Kind.RCP:
        return (*there, _FULL)
    why = "what it is attached to could not be read"
    return (*there, *(unread(one.name, kind, why) for one in anywhere if one.kind is kind))


def shut_out(document: Document, action: str, resource: str) -> bool:
    """Whether a resource control policy denies an action to strangers, but for exceptions.

    To somebody of another company, with an organisation and without, whom the resource's own policy
    lets in.
    """
    who = principal(f"arn:aws:iam::{STRANGE}:role/stranger")
    everything = read(EVERYTHING, name="all", kind=Kind.IDENTITY)
    policies = Policies((everything,), rcps=((document, _FULL),), resource=ANYBODY)

    def is_denied(keys: Mapping[str, Values]) -> bool:
        context = Context({**keys, "aws:securetransport": ("true",)})
        decision = decide(Request(action, resource, who, context, ""), policies)
        if decision.outcome is Outcome.CONDITIONAL:  # all but some are denied, not some alone
            return all("not" in one.operator.lower() for one in decision.forbids)
        return decision.outcome is Outcome.DENIED

    member: Mapping[str, Values] = {
        "aws:principalorgid": ("o-stranger00",),
        "aws:principalorgpaths": ("o-stranger00/r-0000/",),
    }
    return is_denied(member) and is_denied(dict.fromkeys(member, ABSENT))


def in_unit(policies: Policies, several: Iterable[Document]) -> Policies:
    """The same policies for an account in a unit with these attached."""
    documents = tuple(several)
    scps = tuple(one for one in documents if one.kind is not Kind.RCP)
    rcps = tuple(one for one in documents if one.kind is Kind.RCP)
    return replace(
        policies,
        scps=(*policies.scps, scps) if scps else policies.scps,
        rcps=(*policies.rcps, (*rcps, _FULL)) if rcps else policies.rcps,
    )


def within_units(
    identity: Identity, units: Iterable[Unit], ask: Callable[[Identity], Decision]
) -> tuple[Decision, str]:
    """What is decided of an identity, and the unit by which it is not certain, empty if it is."""
    decision = ask(identity)
    if decision.outcome is not Outcome.ALLOWED:
        return decision, ""
    for name, several in units:
        bound = ask(replace(identity, policies=in_unit(identity.policies, several)))
        if bound.outcome is not Outcome.ALLOWED:
            why = f"unless the account is in the unit {name}, and what binds that denies it"
            return replace(decision, outcome=Outcome.CONDITIONAL, why=why), name
    return decision, ""
