"""An account that was read once, read again and again without asking: what differs is the fault."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from tests.posture.accounts.making import Making
from tests.posture.accounts.reading import Verdicts

from ringwall.core.observations import State
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.collecting.calling import Answer, Caller
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.running import Run, Target
from ringwall.posture.collecting.shape import Where
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.posture.snapshot.writing import encoded

Answers = dict[bytes, Answer]
Untold = Callable[[str], bool]
_NEVER: Final = "it was never asked when this was recorded"


def _key(call: str, where: Where, arguments: Mapping[str, Any]) -> bytes:
    return encoded([call, where.region, sorted(arguments.items())])


class Recording(Caller):
    """Asks, and keeps what was answered."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller.client, caller.paces, sleep=caller.sleep)
        self.answers: Answers = {}

    def call(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str] = frozenset(),
    ) -> Answer:
        """As any caller."""
        answer = super().call(call, where, arguments, absent)
        self.answers[_key(call, where, arguments)] = answer
        return answer


class Replaying(Caller):
    """Answers what was recorded, but for what ``untold`` says of a call, which is ``state``."""

    def __init__(self, answers: Answers, untold: Untold, state: State = State.DENIED) -> None:
        super().__init__(lambda *_: None)
        self._answers, self._untold, self._state = answers, untold, state

    def call(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str] = frozenset(),
    ) -> Answer:
        """What was answered then, or the fault."""
        self.calls += 1
        if not self._untold(call):
            known = self._answers.get(_key(call, where, arguments))
            if known is not None:
                return known
        answer = Answer()
        answer.state, answer.why = self._state, "not told, for tests"
        return answer


class Whole:
    """A labelled account, read once by all checks, and what they said."""

    def __init__(self, target: Target, made: Making, checks: list[KnownCheck]) -> None:
        recording = Recording(target.caller)
        self.made, self.checks = made, checks
        self.target = replace(target, caller=recording)
        self.snapshot = Snapshot()
        Run(self.target, self.snapshot).carry_out(plan_for(checks))
        self.answers = dict(recording.answers)
        self.verdicts = judged(self.snapshot, checks)

    def without(
        self, untold: Untold, checks: list[KnownCheck], state: State = State.DENIED
    ) -> Verdicts:
        """What they say where some calls tell nothing."""
        return self.replayed(Replaying(self.answers, untold, state), checks)

    def replayed(self, caller: Caller, checks: list[KnownCheck]) -> Verdicts:
        """What they say of what this caller answers."""
        snapshot = Snapshot()
        Run(replace(self.target, caller=caller), snapshot).carry_out(plan_for(checks))
        return judged(snapshot, checks)


def judged(snapshot: Snapshot, checks: list[KnownCheck]) -> Verdicts:
    """Verdicts by check and component."""
    return {(one.check, one.component): one for one in judge_all(snapshot, checks)}
