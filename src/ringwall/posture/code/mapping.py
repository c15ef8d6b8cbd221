"""Resources to components: which file maps what, and which resources nobody maps."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from ringwall.core.observations import Collected, Observation, State
from ringwall.posture.code.aws import (
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
    kms,
    launching,
    messages,
    parameters,
    rds,
    s3,
    searching,
    storing,
)
from ringwall.posture.code.aws.declaring import ACCOUNT
from ringwall.posture.code.terraform import configured
from ringwall.posture.code.terraform.resources import Resources
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
    containers,
    distributing,
    gateways,
    guarding,
    configured,
)
KINDS: Final = tuple(kind for one in SERVICES for kind in one.KINDS)


def mapped(code: Resources) -> Iterator[Collected]:
    """Every component that these resources declare."""
    made = (component for one in SERVICES for component in one.components(code))
    yield from doubted(code, made)


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
    return Counter({kind: count for kind, count in code.types.items() if kind not in asked})
