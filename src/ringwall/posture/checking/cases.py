"""The cases that a check carries: what it is given, and what has to come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.check import Check
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Seen, Snapshot

PASS: Final = Outcome.PASS
FAIL: Final = Outcome.FAIL
UNKNOWN: Final = Outcome.UNKNOWN
NOT_JUDGED: Final = None
"""The check does not judge such a component."""
ABSENT: Final = Observation(State.ABSENT, api="case")
DENIED: Final = Observation(State.DENIED, api="case", why="access denied")

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-west-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another component that is there, too."""

    kind: str
    name: str
    label: str = ""
    account: str = ACCOUNT
    region: str = REGION
    tags: Mapping[str, str] = field(default_factory=dict)
    aspects: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``aspects`` is what is known of the judged component; ``others`` are there besides it."""

    told: str
    outcome: Outcome | None
    it: Other
    others: tuple[Other, ...] = ()


def other(kind: str, name: str = "", /, **aspects: Any) -> Other:
    """A component beside the judged one; an account and a region are named as those of the case."""
    named = {"aws-account": ACCOUNT, "aws-region": f"{ACCOUNT}/{REGION}"}.get(kind, f"the-{kind}")
    return Other(kind=kind, name=name or named, aspects=aspects)


def case(
    told: str,
    outcome: Outcome | None,
    /,
    *others: Other,
    name: str = "it",
    tags: Any = None,
    **aspects: Any,
) -> Case:
    """A component with these aspects and beside these others is judged so.

    A value stands for a read that told it; ``ABSENT`` and ``DENIED`` for those that did not. A
    mapping of ``tags`` is those of the listing, anything else what the aspect ``tags`` told.
    """
    if tags is not None and not isinstance(tags, Mapping):
        tags, aspects = None, {**aspects, "tags": tags}
    it = Other(kind="", name=name, tags=tags or {}, aspects=aspects)
    return Case(told=told, outcome=outcome, it=it, others=others)


def snapshot_of(check: Check, one: Case) -> tuple[Snapshot, Seen]:
    """The snapshot of a case, and the component that is judged.

    All kinds that the check reads are listed; an account and its region are there, too.
    """
    found = Snapshot()
    kinds = {check.judges} | {read.partition(".")[0] for read in check.reads if "." in read}
    for kind in sorted(kinds):
        found.note_listing(Scope(kind, ACCOUNT), Observation(State.KNOWN, api="case"))
    for some in (other("aws-account"), other("aws-region"), *one.others):
        _add(found, some, some.kind)
    return found, _add(found, one.it, check.judges)


def _add(snapshot: Snapshot, one: Other, kind: str) -> Seen:
    name = one.name
    if kind == "aws-account" and name == "it":
        name = ACCOUNT
    if kind == "aws-region" and name == "it":
        name = f"{ACCOUNT}/{REGION}"
    region = "" if kind == "aws-account" else one.region
    tags = tuple(sorted(one.tags.items()))
    seen = snapshot.add(
        Found(
            kind=kind,
            name=name,
            label=one.label or name.rpartition(":")[2].rpartition("/")[2],
            account=one.account,
            region=region,
            tags=tags,
        )
    )
    for aspect, value in one.aspects.items():
        told = value if isinstance(value, Observation) else Observation(State.KNOWN, value, "case")
        seen.aspects[aspect] = told
    if LISTED not in seen.aspects:
        seen.aspects[LISTED] = Observation(State.KNOWN, {}, "case")
    return seen
