"""Whether policies fit the world that they speak of, told with places and the way to mend them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ringwall.access.language.syntax import Entity, Policy
from ringwall.access.language.walking import walk
from ringwall.access.model import World
from ringwall.access.policies import PolicySet
from ringwall.access.validation.asking import Complaints, complaints, complaints_of
from ringwall.access.validation.locating import Located, located
from ringwall.access.validation.names import unknown_names
from ringwall.access.validation.remarks import Remark
from ringwall.access.validation.values import unknown_values
from ringwall.access.validation.vocabulary import Vocabulary
from ringwall.access.validation.wording import worded
from ringwall.runtime.configuration.problems import Problem

MOST_LOCATED: Final = 100
"""Of so many policies it is found out where they are wrong; of others, only that they are."""
MOST_NAMED: Final = 16
"""So many actions that are named may be in one schema."""
_MOST_KNOWN: Final = 200_000

Key = tuple[bytes, str]
_known: dict[Key, tuple[Remark, ...]] = {}
"""What was said of a policy's text in a world: of a set, few policies change at a time."""


def judge(policies: PolicySet, world: World) -> tuple[Problem, ...]:
    """Return everything that is wrong with policies in this world, in order of files and places.

    Types, attributes and actions as Cedar's validator judges them (in its strict mode); ids of
    roles, services, routes, groups and actions as the world has them; values of attributes that
    have only a few.
    """
    vocabulary = Vocabulary(world)
    key = vocabulary.key
    texts = [one.text for one in policies.policies]
    known = {text: said for text in texts if (said := _known.get((key, text))) is not None}
    new = [one for one in policies.policies if one.text not in known]
    found = {one.text: remarks for one, remarks in _judged(new, vocabulary)}
    if len(_known) + len(found) > _MOST_KNOWN:
        _known.clear()
    _known.update({(key, text): remarks for text, remarks in found.items()})
    known |= found
    return tuple(
        remark.problem(policy, policies.lines[policy.file])
        for policy in policies.policies
        for remark in known[policy.text]
    )


def _judged(
    policies: Sequence[Policy], vocabulary: Vocabulary
) -> Iterator[tuple[Policy, tuple[Remark, ...]]]:
    named = [named_actions(policy) for policy in policies]
    schemas = _schemas(named, vocabulary)
    narrowed = [schemas[actions] for actions in named]
    said = complaints(
        (schema, policy.text) for schema, policy in zip(narrowed, policies, strict=True)
    )
    count = 0
    for schema, policy in zip(narrowed, policies, strict=True):
        complained = said[schema, policy.text]
        count += bool(complained)
        remarks = {*unknown_names(policy, vocabulary), *unknown_values(policy)}
        for part, of_it in _places(policy, schema, complained, is_shown=count <= MOST_LOCATED):
            remarks.update(worded(policy, part, of_it, vocabulary))
        if complained and not remarks:
            # Fail closed, whatever Cedar says.
            remarks.add(Remark(0, f"Cedar's validator says: {min(complained)}"))
        yield policy, tuple(sorted(remarks))


def _schemas(named: Iterable[frozenset[str]], vocabulary: Vocabulary) -> dict[frozenset[str], str]:
    """Return a schema for each set of actions that a policy names.

    A schema takes as long to be read as some policies to be judged by it, and each action makes
    judging longer: so a few sets share one.
    """
    found: dict[frozenset[str], str] = {}
    together: list[frozenset[str]] = []
    for actions in (*sorted(set(named), key=sorted), None):
        union = frozenset().union(*together)
        if together and (actions is None or len(union | actions) > MOST_NAMED or not union):
            found |= dict.fromkeys(together, vocabulary.narrowed(union))
            together = []
        together += [actions] if actions is not None else []
    return found


def _places(
    policy: Policy, schema: str, complained: Complaints, *, is_shown: bool
) -> Iterator[Located]:
    if not complained:
        return
    if not is_shown:
        yield None, complained
        return
    known: dict[str, Complaints] = {policy.text: complained}

    def ask(text: str) -> Complaints:
        if text not in known:
            known[text] = complaints_of(schema, text)
        return known[text]

    yield from located(policy, ask)


def named_actions(policy: Policy) -> frozenset[str]:
    """The ids of the actions that a policy names."""
    named = {uid.id for uid in policy.action.uids}
    for condition in policy.conditions:
        for part in walk(condition.body):
            if isinstance(part, Entity) and part.uid.type == "Action":
                named.add(part.uid.id)
    return frozenset(named)
