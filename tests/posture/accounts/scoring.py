"""Hold verdicts against labels: what of the wrong was found, and what of the found is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.posture.accounts.faults import CHECKS, checks_of
from tests.posture.accounts.making import Label

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.judging import Judged
from ringwall.posture.snapshot.snapshot import Snapshot


@dataclass(slots=True)
class Score:
    """Of one check. ``missed`` and ``raised`` name specimens: not found, and found for nothing."""

    found: int = 0
    sound: int = 0
    missed: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """What was found of all that is wrong, from 0 to 1."""
        wrong = self.found + len(self.missed)
        return self.found / wrong if wrong else 1.0

    @property
    def precision(self) -> float:
        """What is wrong of all that was found, from 0 to 1."""
        said = self.found + len(self.raised)
        return self.found / said if said else 1.0

    @property
    def line(self) -> str:
        """Both, and how many components each stands on."""
        counted = self.found + len(self.missed)
        told = f"recall {self.recall:.2f} of {counted}, precision {self.precision:.2f}"
        parts = [f"{told} with {self.sound + len(self.raised)} that are sound"]
        for word in ("missed", "raised", "unknown"):
            some = sorted(set(getattr(self, word)))
            if some:
                parts.append(f"{word}: {', '.join(some)}")
        return "; ".join(parts)


def score(
    labels: Iterable[Label],
    verdicts: Mapping[tuple[str, str], Judged],
    snapshot: Snapshot,
    checks: Iterable[KnownCheck],
) -> tuple[dict[str, Score], list[str]]:
    """The score of each check that a label speaks of, and the faults that no check finds yet.

    Who is not judged is no finding; who is unknown is one of neither.
    """
    several = list(checks)
    by_fault = {fault: checks_of(fault, several) for fault in CHECKS}
    components = {(seen.found.kind, seen.found.label): seen.found.id for seen in snapshot}
    found: dict[str, Score] = {}
    for label in labels:
        for check in by_fault[label.fault]:
            one = found.setdefault(check, Score())
            component = components.get((label.kind, label.label))
            judged = None if component is None else verdicts.get((check, component))
            _count(one, label, judged)
    return found, sorted(fault for fault, ids in by_fault.items() if not ids)


def _count(one: Score, label: Label, judged: Judged | None) -> None:
    outcome = None if judged is None else judged.verdict.outcome
    if outcome is Outcome.UNKNOWN:
        one.unknown.append(label.specimen)
    if label.is_wrong and outcome is Outcome.FAIL:
        one.found += 1
    elif label.is_wrong:
        one.missed.append(label.specimen)
    elif outcome is Outcome.FAIL:
        one.raised.append(label.specimen)
    else:
        one.sound += 1
