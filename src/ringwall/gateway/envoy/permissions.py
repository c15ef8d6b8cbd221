"""Compiled policies as one RBAC filter of a route: who may, decided without asking anybody.

The filter is a matcher: for each kind of principal first what is forbidden, then what is permitted,
then the default, which denies. Each action bears the name of the policy that it comes from; Envoy
tells it in its dynamic metadata, and for a refusal in the response's details.

Lists of many rules are split by what tells them apart: a map by tenant, client or person, a tree of
roles. So a request looks at few of them, however many there are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import PLAIN, Number, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import FALSE, TRUE, Among, Formula, Holds, Network, parts
from ringwall.access.compiler.proving import allowed, could_be_proven, reads_proof
from ringwall.access.compiler.rules import DEFAULT, Rule, Ruling, Rulings
from ringwall.gateway.config import Factor
from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.predicates import (
    HEADERS,
    NETWORKS_HEADER,
    WORDS,
    Wording,
    header,
    is_dear,
    ordered,
    present,
)
from ringwall.gateway.envoy.resources import Json, extension
from ringwall.gateway.paths import PathTemplate, parse_template

PREFIX: Final = "access:"
"""Begins the names of all decisions that policies make."""
ODD: Final = PREFIX + "unreadable"
"""The name of a refusal: the path, or the host, could be read in two ways."""
UNKNOWN: Final = "unknown"
PROOF: Final = "proof"
"""Names of refusals that a person can mend: by signing in, by a stronger or more recent proof."""

_FEW: Final = 8
"""So many rules are as quickly tried one after another."""
_MANY: Final = 64
"""Pairs of a person's and an application's permits that are written out, to name both."""
_USER, _CLIENT = HEADERS[Text.USER], HEADERS[Text.CLIENT]
_STRENGTH = HEADERS[Text.STRENGTH]


@dataclass(frozen=True, slots=True)
class Permissions:
    """The filters of a route's own slot that its policies become, in order."""

    filters: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Permitted:
    """What policies make of one method of a route on one host.

    ``action`` is the method's name in policies, if it has one of its own. ``hash`` is that of the
    policy set. ``factor`` and ``within`` (seconds) are how surely, and how long ago at most, people
    can be asked to be proven to be allowed more.
    """

    action: str | None
    hash: str
    permissions: Permissions
    factor: Factor | None = None
    within: float | None = None


def permissions(rulings: Rulings, template: PathTemplate) -> Permissions:
    """Say the rulings of one action in Envoy's words."""
    wording = Wording(template)
    writer = _Writer(wording)
    matcher = writer.matcher(rulings)
    found = [
        extension(
            "ringwall.access",
            "envoy.extensions.filters.http.rbac.v3.RBAC",
            rules_stat_prefix="access_",
            matcher=matcher,
        )
    ]
    if wording.networks:
        found.insert(0, _tagging(wording.networks))
    if wording.extracted:
        found.insert(0, _extracting(wording.extracted))
    return Permissions(tuple(found))


def by_method(rulings: Mapping[str, Ruling]) -> Json:
    """What a caller may by which method, as an ``OnMatch``: for services, which have no routes."""
    writer = _Writer(Wording(parse_template("/**")))
    groups: dict[Ruling, list[str]] = {}
    for method, ruling in sorted(rulings.items()):
        groups.setdefault(ruling, []).append(method)
    entries = [
        _when(header(":method", regex="|".join(methods)), writer.one(ruling))
        for ruling, methods in groups.items()
        if ruling.permits
    ]
    return _nested(entries, DENIED)


def _tagging(networks: Mapping[frozenset[Network], str]) -> Json:
    """A filter that tells which networks the client is in, by a header of the edge's own."""
    return extension(
        "ringwall.networks",
        "envoy.extensions.filters.http.ip_tagging.v3.IPTagging",
        request_type="BOTH",
        ip_tag_header={"header": NETWORKS_HEADER, "action": "SANITIZE"},
        ip_tags=[
            {
                "ip_tag_name": tag,
                "ip_list": [
                    {"address_prefix": str(n.network_address), "prefix_len": n.prefixlen}
                    for n in sorted(some, key=lambda n: (n.version, n))
                ],
            }
            for some, tag in networks.items()
        ],
    )


def _extracting(extracted: Mapping[tuple[str, str], str]) -> Json:
    """A filter that takes parts out of headers, for comparisons; the headers stay as they are."""
    return extension(
        "ringwall.words",
        "envoy.extensions.filters.http.header_to_metadata.v3.Config",
        request_rules=[
            {
                "header": name,
                "on_header_present": {
                    "metadata_namespace": WORDS,
                    "key": key,
                    "regex_value_rewrite": {
                        "pattern": {"regex": f"^{pattern}$"},
                        "substitution": r"\1",
                    },
                },
                "remove": False,
            }
            for (name, pattern), key in extracted.items()
        ],
    )


Acting = Callable[[str], Json]
"""What follows when the rule of a policy applies, as an ``OnMatch``."""


class _Writer:
    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def matcher(self, rulings: Rulings) -> Json:
        """The matcher over all kinds of principals."""
        kinds: list[Json] = [*self._guards(rulings)]
        if rulings.client is not None and rulings.delegate is not None and rulings.user is not None:
            by_person = self._both(rulings.user, rulings.delegate)
            alone = self.one(rulings.client)
            kinds.append(
                _when(
                    present(_CLIENT),
                    {"matcher": first_of([_when(present(_STRENGTH), by_person)], alone)},
                )
            )
        if rulings.user is not None:
            kinds.append(_when(present(_USER), self._person(rulings.user)))
        return first_of(kinds, self._nobody(rulings))

    def _guards(self, rulings: Rulings) -> list[Json]:
        """Refuse what a policy would read in one way and the service, perhaps, in another."""
        words = _words(rulings)
        names = sorted(word.name for word in words if isinstance(word, Parameter))
        found: list[Json] = []
        if names:
            plain = self._wording.path(dict.fromkeys(names, f"{PLAIN}+"))
            found.append({"not_matcher": header(":path", regex=plain)})
        if Text.HOST_TENANT in words:
            found.append({"not_matcher": header(":authority", regex=r"[a-z0-9-]+\..*")})
        return [_when(one, rbac_action("DENY", ODD)) for one in found]

    def _nobody(self, rulings: Rulings) -> Json:
        if rulings.nobody is None:
            return _deny(DEFAULT)
        known = (rulings.user, rulings.client)
        if any(one is not None and not one.is_closed for one in known):
            # Whatever keeps out who is not known, signing in may help.
            return self.one(rulings.nobody, denied=rbac_action("DENY", UNKNOWN))
        return self.one(rulings.nobody)

    def _person(self, ruling: Ruling) -> Json:
        """People who are not proven well enough are asked to be; all else is as for others."""
        return self.one(ruling, proven=could_be_proven(ruling))

    def one(self, ruling: Ruling, *, proven: Formula = FALSE, denied: Json | None = None) -> Json:
        """Forbids, permits, and else the default, as an ``OnMatch``.

        ``denied`` is for every denial, in place of its own name.
        """
        if not ruling.permits:
            return denied or _deny(DEFAULT)  # whatever else forbids it
        asked = [] if proven == FALSE else [self._ask(proven)]
        found = [
            *self._forbids(ruling.forbids, asked, denied),
            *self._rules(ruling.permits, lambda policy: rbac_action("ALLOW", PREFIX + policy)),
            *asked,
        ]
        return _nested(found, denied or _deny(DEFAULT))

    def _forbids(
        self, rules: Sequence[Rule], asked: Sequence[Json], denied: Json | None = None
    ) -> list[Json]:
        """Forbids; where some of them would not apply after a proof, that is asked for first."""

        def deny(policy: str) -> Json:
            return denied or _deny(policy)

        mendable = [rule for rule in rules if asked and reads_proof(rule.formula)]
        lasting = [rule for rule in rules if not (asked and reads_proof(rule.formula))]
        found = self._rules(lasting, deny)
        if mendable:
            entries = [*asked, *self._rules(mendable, deny)]
            any_of_them = Rule("", formulas.any_of(rule.formula for rule in mendable))
            nested: Json = {"matcher": {"matcher_list": {"matchers": entries}}}
            found.append(self._rule(any_of_them, lambda _: nested))
        return found

    def _ask(self, proven: Formula) -> Json:
        refusal = rbac_action("DENY", PROOF)
        return _when(self._always() if proven == TRUE else self._wording.predicate(proven), refusal)

    def _both(self, user: Ruling, delegate: Ruling) -> Json:
        """An application that acts for a person: whatever either of them may not do is denied."""

        def and_the_application(policy: str) -> Json:
            def both(other: str) -> Json:
                return rbac_action("ALLOW", f"{PREFIX}{policy} {other}")

            return _nested(self._rules(delegate.permits, both), _deny(DEFAULT))

        if not user.permits or not delegate.permits:
            return _deny(DEFAULT)
        if len(user.permits) * len(delegate.permits) > _MANY:
            permits = self._one_after_the_other(user.permits, delegate.permits)
        else:
            permits = self._rules(user.permits, and_the_application)
        proven = formulas.all_of([could_be_proven(user), allowed(delegate)])
        asked = [] if proven == FALSE else [self._ask(proven)]
        found = [
            *self._forbids(user.forbids, asked),
            *self._rules(delegate.forbids, _deny),
            *permits,
            *asked,
        ]
        return _nested(found, _deny(DEFAULT))

    def _one_after_the_other(self, user: Sequence[Rule], delegate: Sequence[Rule]) -> list[Json]:
        """The permits of both where all pairs would be too many: only the second is named."""

        def allow(policy: str) -> Json:
            return rbac_action("ALLOW", PREFIX + policy)

        def then_the_application(_: str) -> Json:
            return {"matcher": {"matcher_list": {"matchers": [*self._rules(delegate, allow)]}}}

        anything = formulas.any_of(rule.formula for rule in user)
        return [self._rule(Rule("", anything), then_the_application)] if delegate else []

    def _always(self) -> Json:
        return header(":method", regex=".*")

    # many rules

    def _rules(self, rules: Sequence[Rule], acting: Acting) -> list[Json]:
        """The entries of a list for rules of one effect, in any order."""
        shared = _shared(rules)
        if shared is not None:
            having = [rule for rule in rules if shared in parts(rule.formula)]
            rest = [rule for rule in rules if shared not in parts(rule.formula)]
            left = [Rule(r.policy, formulas.all_of(parts(r.formula) - {shared})) for r in having]
            nested: Json = {"matcher": {"matcher_list": {"matchers": self._rules(left, acting)}}}
            return [
                _when(self._wording.predicate(shared), nested),
                *self._rules(rest, acting),
            ]
        if len(rules) > _FEW:
            for word in (Text.TENANT, Text.CLIENT, Text.USER):
                chosen = {rule: values for rule in rules if (values := _needed(rule.formula, word))}
                if len(chosen) > _FEW:
                    rest = [rule for rule in rules if rule not in chosen]
                    return [self._map(word, chosen, acting), *self._rules(rest, acting)]
            by_role = {rule: v for rule in rules if (v := _roles_needed(rule.formula))}
            if len(by_role) > _FEW:
                rest = [rule for rule in rules if rule not in by_role]
                return [self._tree(by_role, acting), *self._rules(rest, acting)]
        return [self._rule(rule, acting) for rule in rules]

    def _rule(self, rule: Rule, acting: Acting) -> Json:
        if rule.formula == TRUE:
            return _when(self._always(), acting(rule.policy))
        return _when(self._wording.predicate(rule.formula), acting(rule.policy))

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
        return _when(present(name), {"matcher": looked_up})

    def _first(self, rules: Sequence[Rule], acting: Acting) -> Json:
        """The rules under one key, as an ``OnMatch`` that may go on to what follows."""
        always = [rule for rule in rules if rule.formula == TRUE]
        if always:
            return acting(min(rule.policy for rule in always))
        return {"matcher": {"matcher_list": {"matchers": self._rules(rules, acting)}}}

    def _tree(self, by_role: Mapping[Rule, frozenset[str]], acting: Acting) -> Json:
        """Rules that all need a role: halved until few are left, each half by one look."""
        rules = list(by_role)
        roles = frozenset[str]().union(*by_role.values())
        if len(rules) <= _FEW:
            entries = [self._rule(rule, acting) for rule in rules]
        else:
            middle = len(rules) // 2
            entries = [
                self._tree({rule: by_role[rule] for rule in half}, acting)
                for half in (rules[:middle], rules[middle:])
            ]
        asked = self._wording.predicate(Holds(Several.ROLES, roles))
        return _when(asked, {"matcher": {"matcher_list": {"matchers": entries}}})


def _shared(rules: Sequence[Rule]) -> Formula | None:
    """The dear part that most rules have in common, which is then asked once for all of them."""
    counts = Counter(part for rule in rules for part in parts(rule.formula) if is_dear(part))
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


def _words(rulings: Rulings) -> frozenset[Word]:
    """The words that any of the rulings reads."""
    found: set[Word] = set()
    for ruling in rulings.all():
        for rule in (*ruling.forbids, *ruling.permits):
            for atom in formulas.atoms(rule.formula):
                match atom:
                    case formulas.Among(word, _) | formulas.Matches(word, _):
                        found.add(word)
                    case formulas.Same(one, other):
                        found |= {one, other}
                    case formulas.Known(fact) if not isinstance(fact, Several):
                        found.add(fact)
    return frozenset(found)


def numbers(rulings: Rulings) -> frozenset[Number]:
    """The numbers that any of the rulings reads."""
    return frozenset(
        atom.number
        for ruling in rulings.all()
        for rule in (*ruling.forbids, *ruling.permits)
        for atom in formulas.atoms(rule.formula)
        if isinstance(atom, formulas.AtMost)
    )


def _deny(policy: str) -> Json:
    return rbac_action("DENY", PREFIX + policy)


DENIED: Final = _deny(DEFAULT)
"""The end of every list: what no policy permits."""


def _when(predicate: Json, acting: Json) -> Json:
    return {"predicate": predicate, "on_match": acting}


def first_of(entries: Sequence[Json], otherwise: Json) -> Json:
    """A matcher that tries entries in turn; without any it is what else would follow."""
    if not entries:
        inner: Json = otherwise.get("matcher", {"on_no_match": otherwise})
        return inner
    return {"matcher_list": {"matchers": list(entries)}, "on_no_match": otherwise}


def _nested(entries: Sequence[Json], otherwise: Json) -> Json:
    """An ``OnMatch`` of a list; of an empty one just what else would follow."""
    return {"matcher": first_of(entries, otherwise)} if entries else otherwise
