"""Resources to components: which file maps what, and which resources nobody maps."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from ringwall.core.observations import Collected, Observation, Place, State
from ringwall.posture.code.aws import (
    apart,
    balancing,
    classic,
    cloudtrail,
    clusters,
    compute,
    containers,
    distributing,
    ec2,
    gateways,
    guarding,
    iam,
    joining,
    keeping,
    kms,
    launching,
    messages,
    names,
    networks,
    parameters,
    rds,
    recording,
    routes,
    s3,
    searching,
    settings,
    stages,
    storing,
    watching,
)
from ringwall.posture.code.aws.declaring import ACCOUNT
from ringwall.posture.code.kubernetes import provided
from ringwall.posture.code.reading import Remark
from ringwall.posture.code.terraform import configured
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.code.unresolved import MODULE, doubted
from ringwall.posture.snapshot.snapshot import Scope, Snapshot

SERVICES: Final = (
    s3,
    iam,
    ec2,
    rds,
    kms,
    cloudtrail,
    messages,
    compute,
    storing,
    balancing,
    classic,
    searching,
    clusters,
    parameters,
    launching,
    networks,
    routes,
    joining,
    keeping,
    names,
    settings,
    recording,
    watching,
    containers,
    distributing,
    gateways,
    stages,
    guarding,
    apart,
    configured,
    provided,
)
KINDS: Final = tuple(kind for one in SERVICES for kind in one.KINDS)


_ODD: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_TRIED: Final = 300
"""Resources that are tried one by one, where one of them has a form that nobody takes."""
_BROKEN: Final = 20


class Service(Protocol):
    """A file that maps."""

    def components(self, code: Resources) -> Iterator[Collected]:
        """What these resources are."""


def mapped(code: Resources) -> Iterator[Collected]:
    """Every component that these resources declare; what has no form that is known is broken."""
    made = [component for one in SERVICES for component in _made(one, code)]
    yield from doubted(code, made)


def _made(service: Service, code: Resources) -> list[Collected]:
    left = code
    for _ in range(_BROKEN):
        try:
            return list(service.components(left))
        except _ODD as error:
            odd = _odd(service, left)
            if odd is None:
                break
            told = f"{odd.written} is not of the form that {odd.type} has: {error}"
            code.broken.append(Remark(odd.place, told, is_broken=True))
            left = left.without(odd)
    place = next((one.place for one in code.all()), Place("", 0))
    told = "several resources are not of the form that they have to have: none like them is judged"
    code.broken.append(Remark(place, told, is_broken=True))
    return []


def _odd(service: Service, code: Resources) -> Instance | None:
    """The resource without which the others can be mapped."""
    several = [one for one in code.all() if one.type in code.asked]
    for one in several[:_TRIED]:
        try:
            list(service.components(code.without(one)))
        except _ODD:
            continue
        return one
    return None


def fill(
    snapshot: Snapshot,
    components: Iterable[Collected],
    kinds: Iterable[str],
    missing: Iterable[str] = (),
) -> None:
    """Put components into a snapshot, and that their kinds were listed, in each root there is.

    ``missing`` says why there may be more of them: then nobody may conclude from one's absence.
    """
    for one in components:
        seen = snapshot.add(one.found, place=one.place)
        seen.aspects.update(one.aspects)
    why = "; ".join(sorted(set(missing))[:3])
    told = Observation(State.ERROR if why else State.KNOWN, api="code", why=why)
    if several := tuple(kinds):
        for account in sorted({ACCOUNT, *(seen.found.account for seen in snapshot)}):
            for kind in several:
                snapshot.note_listing(Scope(kind, account), told)


def unmapped(code: Resources) -> Counter[str]:
    """How many resources of each type there are that no mapping asked for."""
    asked = code.asked | {MODULE}
    several = Counter({kind: count for kind, count in code.types.items() if kind not in asked})
    return several + provided.unjudged(code)
