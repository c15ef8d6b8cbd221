"""Lists of rules as entries of a matcher, split by what tells the rules apart.

A map by tenant, client or person, a tree of roles; and what many have in common is asked once. So a
request looks at few of them, however many there are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Several, Text
from ringwall.access.compiler.formulas import TRUE, Among, Formula, Holds, parts
from ringwall.access.compiler.rules import Rule
from ringwall.gateway.envoy.predicates import (
    ALWAYS,
    HEADERS,
    Wording,
    is_dear,
    ordered,
    present,
)
from ringwall.gateway.envoy.resources import Json, extension

_FEW: Final = 8
"""So many rules are as quickly tried one after another."""

Acting = Callable[[str], Json]
"""What follows when the rule of a policy applies, as an ``OnMatch``."""


class Entries:
    """Says rules of one effect, whose order does not matter."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def entries(self, rules: Sequence[Rule], acting: Acting) -> list[Json]:
        """The entries of a list for rules of one effect, in any order."""
        shared = _shared(rules)
        if shared is not None:
            having = [rule for rule in rules if shared in parts(rule.formula)]
            rest = [rule for rule in rules if shared not in parts(rule.formula)]
            left = [Rule(r.policy, formulas.all_of(parts(r.formula) - {shared})) for r in having]
            nested: Json = {"matcher": {"matcher_list": {"matchers": self.entries(left, acting)}}}
            return [
                when(self._wording.predicate(shared), nested),
                *self.entries(rest, acting),
            ]
        if len(rules) > _FEW:
            for word in (Text.TENANT, Text.CLIENT, Text.USER):
                chosen = {rule: values for rule in rules if (values := _needed(rule.formula, word))}
                if len(chosen) > _FEW:
                    rest = [rule for rule in rules if rule not in chosen]
                    return [self._map(word, chosen, acting), *self.entries(rest, acting)]
            by_role = {rule: v for rule in rules if (v := _roles_needed(rule.formula))}
            if len(by_role) > _FEW:
                rest = [rule for rule in rules if rule not in by_role]
                return [self._tree(by_role, acting), *self.entries(rest, acting)]
        return [self.entry(rule, acting) for rule in rules]

    def entry(self, rule: Rule, acting: Acting) -> Json:
        """One rule."""
        if rule.formula == TRUE:
            return when(ALWAYS, acting(rule.policy))
        return when(self._wording.predicate(rule.formula), acting(rule.policy))

    def _map(self, word: Text, chosen: Mapping[Rule, frozenset[str]], acting: Acting) -> Json:
        """Rules that all need a word to be one of theirs: looked up by it."""
        by_value: dict[str, list[Rule]] = defaultdict(list)
        for rule, values in chosen.items():
            left = Rule(rule.policy, _without(rule.formula, word))
            for value in values:
                by_value[value].append(left)
        entries = {value: self._first(by_value[value], acting) for value in sorted(by_value)}
        name = HEADERS[word]
        looked_up = {
            "matcher_tree": {
                "input": extension(
                    name, "envoy.type.matcher.v3.HttpRequestHeaderMatchInput", header_name=name
                ),
                "exact_match_map": {"map": entries},
            }
        }
        return when(present(name), {"matcher": looked_up})

    def _first(self, rules: Sequence[Rule], acting: Acting) -> Json:
        """The rules under one key, as an ``OnMatch`` that may go on to what follows."""
        always = [rule for rule in rules if rule.formula == TRUE]
        if always:
            return acting(min(rule.policy for rule in always))
        return {"matcher": {"matcher_list": {"matchers": self.entries(rules, acting)}}}

    def _tree(self, by_role: Mapping[Rule, frozenset[str]], acting: Acting) -> Json:
        """Rules that all need a role: halved until few are left, each half by one look."""
        rules = list(by_role)
        roles = frozenset[str]().union(*by_role.values())
        if len(rules) <= _FEW:
            entries = [self.entry(rule, acting) for rule in rules]
        else:
            middle = len(rules) // 2
            entries = [
                self._tree({rule: by_role[rule] for rule in half}, acting)
                for half in (rules[:middle], rules[middle:])
            ]
        asked = self._wording.predicate(Holds(Several.ROLES, roles))
        return when(asked, {"matcher": {"matcher_list": {"matchers": entries}}})


def _shared(rules: Sequence[Rule]) -> Formula | None:
    """The dear part that most rules have in common, which is then asked once for all of them.

    What is left of rules that say the same is true, which is no part to take out again.
    """
    counts = Counter(
        part for rule in rules for part in parts(rule.formula) if part != TRUE and is_dear(part)
    )
    best = max(counts, key=lambda part: (counts[part], ordered(part)), default=None)
    return best if best is not None and counts[best] > 1 else None


def _needed(formula: Formula, word: Text) -> frozenset[str]:
    """The values of which a word must have one for a formula to hold; empty where any will do."""
    for one in parts(formula):
        if isinstance(one, Among) and one.word == word:
            return one.values
    return frozenset()


def _without(formula: Formula, word: Text) -> Formula:
    """What is left to ask once that is known."""
    return formulas.all_of(
        one for one in parts(formula) if not (isinstance(one, Among) and one.word == word)
    )


def _roles_needed(formula: Formula) -> frozenset[str]:
    for one in sorted(parts(formula), key=ordered):
        if isinstance(one, Holds) and one.several is Several.ROLES:
            return one.values
    return frozenset()


def when(predicate: Json, acting: Json) -> Json:
    """An entry of a list of matchers."""
    return {"predicate": predicate, "on_match": acting}
