"""What a judgment comes to."""

from dataclasses import dataclass
from enum import StrEnum

from ringwall.core.observations import Fact, State


class Outcome(StrEnum):
    """Pass, fail, or not known. What was not judged has no outcome, and that is said."""

    PASS = "pass"  # noqa: S105 - the word of the field
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome, why, and the facts it stands on.

    A pass stands on nothing that was denied or failed: ``ValueError`` where it would.
    """

    outcome: Outcome
    why: str
    facts: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        if self.outcome is Outcome.PASS:
            for fact in self.facts:
                if fact.state in {State.DENIED, State.ERROR}:
                    msg = f"a pass cannot stand on {fact.aspect} of {fact.component}: {fact.state}"
                    raise ValueError(msg)
