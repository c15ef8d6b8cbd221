"""Several accounts that were read, as one land: what each is like, and what leads between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.core.observations import State, UnknownError
from ringwall.posture.checking.reading import World
from ringwall.posture.checks.aws.attack import Ground, ground
from ringwall.posture.lending import Told, controls_from, left_out, lent_to, told_by
from ringwall.posture.permissions.accounts import Account
from ringwall.posture.permissions.controls import Controls
from ringwall.posture.permissions.crossing import crossings, governed
from ringwall.posture.permissions.paths import Hop, reached
from ringwall.posture.permissions.principals import mentions
from ringwall.posture.permissions.statements import Document
from ringwall.posture.permissions.terrain import everything
from ringwall.posture.snapshot.snapshot import CONTROLS, Snapshot

_NEVER: Final = " was never listed"


@dataclass(frozen=True, slots=True)
class Land:
    """All accounts: how each lies, all hops of all, and why nothing is told of some.

    ``into`` are, by account, those into which its own lead somebody; ``untold`` is what is not
    known of control policies.
    """

    grounds: Mapping[str, Ground]
    hops: tuple[Hop, ...]
    blocked: Mapping[str, str]
    into: Mapping[str, frozenset[str]]
    untold: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    worlds: Mapping[str, World] = field(default_factory=dict)
    """What was read of each account of which it is known who is who."""

    @property
    def accounts(self) -> list[Account]:
        """The accounts of which it is known who is who."""
        return [one.terrain.account for one in self.grounds.values()]

    def hides(self, number: str, *policies: Document | None, key: str = "") -> list[str]:
        """Why a way into an account, or to something in it with these policies, may not be known.

        ``key`` is another account, of the key that it is encrypted with, if that was read.
        """
        places = {number, key} & set(self.grounds)
        written = [one for one in policies if one is not None]
        found = _said(self.grounds[number])
        for other, there in self.grounds.items():
            if other == number or not there.blind:
                continue
            is_named = other == key or any(mentions(one, other) for one in written)
            if is_named or places & self.into.get(other, frozenset()):
                found += [f"in {other}: {why}" for why in _said(there)]
        for other, why in self.blocked.items():
            trusts = [
                one.trust
                for place in sorted(places)
                for one in self.grounds[place].terrain.account.roles.values()
                if one.trust
            ]
            trusts += written
            if any(mentions(one, other) for one in trusts):
                found.append(f"who is who in {other}: {why}")
        return list(dict.fromkeys(found))


def land_of(snapshots: Mapping[str, Snapshot]) -> Land:
    """The land of these accounts, each with what was read of it."""
    grounds: dict[str, Ground] = {}
    blocked: dict[str, str] = {}
    untold: list[str] = []
    left: list[str] = []
    now = datetime.now(UTC)
    several = [told_by(snapshot, number, now) for number, snapshot in snapshots.items()]
    telling = [one for one in several if one is not None]
    managing: dict[str, str] = {}
    worlds = {number: World(snapshot) for number, snapshot in snapshots.items()}
    for number, world in worlds.items():
        organisation = _organisation(world.snapshot, number)
        managing[number] = str(organisation.get("MasterAccountId") or "")
        controls = _controls(world.snapshot, number, telling, left, untold)
        try:
            belongs = str(organisation.get("Id") or "")
            grounds[number] = ground(world, number, controls=controls, organisation=belongs)
        except UnknownError as error:
            blocked[number] = error.why
    own = [
        replace(hop, account=number)
        for number, lies in grounds.items()
        for hop in lies.terrain.hops
    ]
    accounts = [one.terrain.account for one in grounds.values()]
    hops = (*own, *crossings(accounts), *governed(accounts, managing))
    into = _into(grounds, hops)
    return Land(
        grounds,
        hops,
        blocked,
        into,
        tuple(dict.fromkeys(untold)),
        tuple(left),
        {number: worlds[number] for number in grounds},
    )


def _said(lies: Ground) -> list[str]:
    """Why ways are hidden in an account; what nobody looked at, all at once."""
    several = [one.why for one in lies.blind]
    never = [why.removesuffix(_NEVER) for why in several if why.endswith(_NEVER)]
    found = [why for why in several if not why.endswith(_NEVER)]
    if never:
        found.append(f"{', '.join(dict.fromkeys(never))} were not read: scan with all checks")
    return found


def _into(grounds: Mapping[str, Ground], hops: Sequence[Hop]) -> dict[str, frozenset[str]]:
    """Of each account in which not all is seen, the others that whoever is in it comes to."""
    home = {
        one.at: number for number, lies in grounds.items() for one in lies.terrain.account.everybody
    }
    found: dict[str, frozenset[str]] = {}
    for number, lies in grounds.items():
        if lies.blind and len(grounds) > 1:
            account = lies.terrain.account
            begins = [everything(account), *(one.at for one in account.everybody)]
            found[number] = frozenset(home[at] for at in reached(hops, begins) if at in home)
    return found


def _organisation(snapshot: Snapshot, number: str) -> Mapping[str, Any]:
    """What an account says of its organisation; nothing where it has none or does not tell."""
    seen = snapshot.get(f"aws-account/{number}")
    told = seen.aspects.get("organization") if seen is not None else None
    if told is None or told.state is not State.KNOWN:
        return {}
    found: Mapping[str, Any] = told.value or {}
    return found


def _controls(
    snapshot: Snapshot, number: str, several: Iterable[Told], left: list[str], untold: list[str]
) -> Controls:
    """What binds an account, as its snapshot says, or as those of others here tell it."""
    seen = snapshot.get(f"aws-account/{number}")
    lent = seen.aspects.get(CONTROLS) if seen is not None else None
    told = lent.value if lent is not None else lent_to(snapshot, number, several)
    why = told["LeftOut"] if told is not None else left_out(snapshot, number)
    if why:
        left.append(f"the control policies of {number} are left out: {why}")
    if told is None:
        return Controls()
    untold += [f"of the control policies of {number}, {one}" for one in told.get("Untold", ())]
    return controls_from(told, number)
