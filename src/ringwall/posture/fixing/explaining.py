"""Whether a call explains what is otherwise than before it: else somebody else was there. Pure.

Whoever was killed between a call and its note leaves open whether the call was made. What is there
now tells: all as before it, just what the call makes of it, or something that others did.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ringwall.core.observations import State
from ringwall.posture.fixing.plans import Basis, Plan, Stage, Step, narrowed

_NO_MATTER: Final = "description"
"""What goes with what is taken away, and is not named by the call that does it."""
_Leaf = tuple[str, str]


def explains(step: Step, before: Iterable[Basis], now: Iterable[Basis]) -> bool:
    """Whether all that is otherwise is what this step makes of it, or its call sets or takes away.

    Aspects that could not be read again are explained by nothing.
    """
    told = {(one.component, one.aspect): one for one in now}
    leaves = set(_leaves(step.do.arguments))
    for one in before:
        found = told.get((one.component, one.aspect))
        if found is None or not (_is_made(step, found) or _explained(leaves, one, found)):
            return False
    return True


def shows(basis: Iterable[Basis], step: Step) -> bool:
    """Whether what a plan stands on tells that a step was done: what that sets is part of it."""
    back = {one for call in step.undo for one in _leaves(call.arguments)}
    names = {key for key, value in _leaves(step.do.arguments) if (key, value) not in back}
    return any(
        one.aspect in step.makes
        or not one.keys
        or names & {key.lower().rpartition(".")[2] for key in one.keys}
        for one in basis
    )


def _is_made(step: Step, now: Basis) -> bool:
    """Whether it is, whole, what a step says that it makes of it."""
    if now.aspect not in step.makes or now.state is not State.KNOWN:
        return False
    return bool(_told(narrowed(step.makes[now.aspect], now.keys)) == _told(now.value))


def _told(value: Any) -> Any:
    """Without the members that are off, which AWS tells or leaves out."""
    return {key: one for key, one in value.items() if one} if isinstance(value, dict) else value


def _explained(said: set[_Leaf], before: Basis, now: Basis) -> bool:
    had, has = Counter(_leaves(before.value)), Counter(_leaves(now.value))
    new, gone = has - had, had - has
    is_one = len(before.keys) == 1 or max(len(had), len(has)) == 1
    if len(new) == 1 and is_one:  # some members are set by other names
        said = said | {(key, value) for key, _ in new for _, value in said}
    if not set(new) <= said:
        return False
    replaced = {key for key, _ in new}
    return all(one in said or one[0] in {_NO_MATTER, *replaced} for one in gone)


def _leaves(value: Any, key: str = "") -> Iterator[_Leaf]:
    """Each single value with the name of the member that it is of."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, str(name).lower())
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one, key)
    elif isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            yield from _leaves(json.loads(value), key)
        except (ValueError, RecursionError):
            yield key, value
    elif value is not None:
        yield key, str(value).lower() if isinstance(value, bool) else str(value)


def progress(plan: Plan) -> list[str]:
    """What was done of a plan that was begun and has not ended, and what was not, step by step."""
    if plan.stage is not Stage.BEGUN:
        return []
    told = []
    for number, step in enumerate(plan.draft.steps, 1):
        became = (
            "was done"
            if number < plan.done
            else "was begun, and perhaps done"
            if number == plan.done
            else "was not begun"
        )
        told.append(f"step {number}, {step.do.words}, {became}")
    return told
