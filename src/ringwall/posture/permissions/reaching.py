"""Who comes to every permission of an account, by how few steps, and how surely."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.posture.permissions.accounts import Account
from ringwall.posture.permissions.administrators import is_administrator
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.escalation import Escalation
from ringwall.posture.permissions.gaining import Reach

_MEANT: Final = {"sts-assume-role"}
"""Becoming a role that trusts one is what roles are for: by that alone nobody escalates."""
_SURE: Final = (Outcome.ALLOWED, Outcome.CONDITIONAL, Outcome.UNKNOWN)
_Place = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Rise:
    """The fewest steps by which somebody comes to every permission.

    ``outcome`` is the least sure of the steps: allowed, allowed under conditions, or not known.
    """

    steps: tuple[Escalation, ...]
    outcome: Outcome

    def __str__(self) -> str:
        return ", then ".join(
            one.does if one is self.steps[0] else f"as that {one.does}" for one in self.steps
        )


def rises(account: Account, escalations: Sequence[Escalation]) -> dict[str, Rise]:
    """By ARN, whoever is no administrator and comes to be one, and how: surely, then shortly."""
    administrators = [one.arn for one in account.principals if is_administrator(one)]
    found: dict[str, Rise] = {}
    for number, outcome in enumerate(_SURE):
        allowed = set(_SURE[: number + 1])
        several = [one for one in escalations if one.decision.outcome in allowed]
        for arn, steps in _shortest(several, administrators).items():
            found.setdefault(arn, Rise(steps, outcome))
    return found


def _shortest(
    escalations: Iterable[Escalation], administrators: Iterable[str]
) -> dict[str, tuple[Escalation, ...]]:
    """From the end backwards; a place is somebody, and whether something not meant was done."""
    coming: dict[str, list[Escalation]] = {}
    for one in escalations:
        if one.reach is Reach.ADMINISTRATOR:
            coming.setdefault("", []).append(one)
        elif one.target:
            coming.setdefault(one.target, []).append(one)
    first: dict[_Place, tuple[Escalation, _Place] | None] = {("", False): None}
    first |= {(arn, False): None for arn in administrators}
    waiting = deque(first)
    while waiting:
        place = waiting.popleft()
        name, is_unmeant = place
        for one in coming.get(name, ()):
            before = (one.principal, is_unmeant or one.technique not in _MEANT)
            if before not in first:
                first[before] = (one, place)
                waiting.append(before)
    ended = set(administrators)
    return {
        name: _steps(first, (name, True))
        for name, is_unmeant in first
        if is_unmeant and name not in ended
    }


def _steps(
    first: dict[_Place, tuple[Escalation, _Place] | None], place: _Place
) -> tuple[Escalation, ...]:
    found = []
    while (step := first[place]) is not None:
        one, place = step
        found.append(one)
    return tuple(found)
