"""An account that was read once, read again and again without asking: what differs is the fault."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ringwall.core.observations import State
from ringwall.posture.collecting.calling import Answer, Caller
from ringwall.posture.collecting.shape import Where
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
