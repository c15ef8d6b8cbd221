"""Hold a check to its own cases, and to what no check may do."""

from collections.abc import Iterator

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.cases import snapshot_of
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.judging import judge_one


def mistakes(known: KnownCheck) -> Iterator[str]:
    """What is wrong with a check, a sentence each; nothing where it may be relied on."""
    outcomes = {one.outcome for one in known.cases}
    for wanted in (Outcome.PASS, Outcome.FAIL):
        if wanted not in outcomes:
            yield f"{known.id} has no case whose outcome is {wanted}"
    for case in known.cases:
        snapshot, seen = snapshot_of(known.check, case)
        judged = judge_one(snapshot, known, seen)
        outcome = None if judged is None else judged.verdict.outcome
        if outcome != case.outcome:
            said = "it is not judged" if judged is None else f"{outcome}: {judged.verdict.why}"
            wanted_word = case.outcome or "not judged"
            yield f"{known.id}, case “{case.told}”, is to be {wanted_word}, but {said}"
