"""Conditions of compiled policies as predicates of Envoy's matchers (``xds.type.matcher.v3``).

Words of the request are read from the headers that ``jwt_authn`` has made of verified claims, which
no client can send, from the path and from the authority. A header that is missing matches nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import KEY, PLAIN, Clock, Number, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import Formula, Network
from ringwall.access.compiler.patterns import escaped, regex_of
from ringwall.gateway.envoy import cel
from ringwall.gateway.envoy.conditions import proven_within
from ringwall.gateway.envoy.resources import Json, extension
from ringwall.gateway.paths import PathTemplate, Segment

HEADERS: Final[Mapping[Text | Several, str]] = {
    Text.USER: "x-ringwall-user",
    Text.CLIENT: "x-ringwall-client",
    Text.TENANT: "x-ringwall-tenant",
    Text.EMAIL: "x-ringwall-email",
    Text.STRENGTH: "x-ringwall-strength",
    Several.ROLES: "x-ringwall-roles",
    Several.SCOPES: "x-ringwall-scope",
}
NETWORKS_HEADER: Final = "x-ringwall-networks"
"""Which of the networks that policies name the client is in, made by the edge for itself."""

WORDS: Final = "ringwall.words"
"""The dynamic metadata in which parts of path and host stand."""


class UnwritableError(ValueError):
    """A condition that Envoy has no words for."""


@dataclass(slots=True)
class Wording:
    """How the formulas of one route are said.

    ``networks`` collects those that the edge has to tell apart, ``extracted`` the parts of headers
    (name and regular expression with one group) that it has to take out, each with its name.
    """

    template: PathTemplate
    networks: dict[frozenset[Network], str] = field(default_factory=dict)
    extracted: dict[tuple[str, str], str] = field(default_factory=dict)

    def predicate(self, formula: Formula) -> Json:
        """The predicate of a formula that is neither always true nor never."""
        match formula:
            case formulas.Not(inner):
                return {"not_matcher": self.predicate(inner)}
            case formulas.AllOf(several):
                return {"and_matcher": {"predicate": self._several(several)}}
            case formulas.AnyOf(several):
                return {"or_matcher": {"predicate": self._several(several)}}
            case formulas.Known(fact):
                return self._known(fact)
            case formulas.Among(word, values):
                return self._among(word, values)
            case formulas.Matches(word, pattern):
                anything = "[a-z0-9-]" if word is Text.HOST_TENANT else PLAIN
                plain = regex_of(pattern, among_what=anything)
                return self._word(word, regex_of(pattern), plain)
            case formulas.Same(one, other):
                return _cel(self._same(one, other))
            case formulas.Holds(several_words, values):
                return _holds(several_words, values)
            case formulas.AtMost(number, bound):
                return _cel(_at_most(number, bound))
            case formulas.Within(networks):
                tag = self.networks.setdefault(networks, f"n{len(self.networks):06d}")
                return header(NETWORKS_HEADER, contains=tag)
        raise UnwritableError(f"{formula} is no condition")

    def _several(self, several: frozenset[Formula]) -> list[Json]:
        """Cheap ones first, then by their text, so that the same policies give the same bytes."""
        found = sorted(several, key=lambda one: (_cost(one), ordered(one)))
        return [self.predicate(one) for one in found]

    def _known(self, fact: Word | Several) -> Json:
        if isinstance(fact, Parameter) or fact is Text.HOST_TENANT:
            return ALWAYS  # the guards have refused what is not known
        return present(HEADERS[fact])

    def _among(self, word: Word, values: frozenset[str]) -> Json:
        if word is Text.STRENGTH and KEY in values:
            unnamed: Json = {"not_matcher": present(HEADERS[Text.STRENGTH])}
            rest = values - {KEY}
            return any_of([unnamed, self._among(word, rest)]) if rest else unnamed
        if isinstance(word, Text) and word in HEADERS and len(values) == 1:
            return header(HEADERS[word], exact=next(iter(values)))
        pattern = either(values)
        return self._word(word, pattern, pattern)

    def _word(self, word: Word, pattern: str, plain: str) -> Json:
        """Look at the whole word; ``plain`` is the pattern for where only plain text can stand."""
        match word:
            case Parameter(name):
                return header(":path", regex=self.path({name: f"(?:{plain})"}))
            case Text.HOST_TENANT:
                return header(":authority", regex=rf"(?:{plain})\..*")
        return header(HEADERS[word], regex=f"(?:{pattern})")

    def path(self, parts: Mapping[str, str]) -> str:
        """A regular expression for the path with its query, with ``parts`` for some parameters."""
        found = []
        for kind, text in self.template.segments:
            match kind:
                case Segment.LITERAL:
                    found.append("/[^/?]*")
                case Segment.VARIABLE:
                    found.append("/" + parts.get(text, "[^/?]+"))
                case Segment.REST:
                    found.append("/[^?]*")
        return "".join(found) + r"(?:\?.*)?"

    def _same(self, one: Word, other: Word) -> Json:
        named = [HEADERS[w] for w in (one, other) if isinstance(w, Text) and w in HEADERS]
        if not named:
            raise UnwritableError("two parts of where a request goes cannot be compared")
        value = cel.header(named[0])
        for word in (one, other):
            if isinstance(word, Parameter) or word is Text.HOST_TENANT:
                return cel.equal(value, self._extracted(word))
        return cel.equal(value, cel.header(named[1]))

    def _extracted(self, word: Word) -> Json:
        """A part of path or host as metadata: Envoy's CEL cannot take text apart by itself."""
        if isinstance(word, Parameter):
            found = (":path", self.path({word.name: "([^/?]+)"}))
        else:
            found = (":authority", r"([^.]*)\..*")
        key = self.extracted.setdefault(found, f"w{len(self.extracted)}")
        words = cel.index(cel.select("metadata", "filter_metadata"), WORDS)
        return cel.index(words, key)


@lru_cache(maxsize=4096)
def either(values: frozenset[str]) -> str:
    """A regular expression for one of some words; RE2 takes no longer for a thousand."""
    return "|".join(escaped(value) for value in sorted(values))


def header(name: str, *, regex: str | None = None, **match: str) -> Json:
    """A predicate on a header: ``exact``, ``contains``, or all of it by ``regex``."""
    matched: Json = match if regex is None else {"safe_regex": {"google_re2": {}, "regex": regex}}
    made = extension(name, "envoy.type.matcher.v3.HttpRequestHeaderMatchInput", header_name=name)
    return {"single_predicate": {"input": made, "value_match": matched}}


def present(name: str) -> Json:
    """A predicate that a request header is there."""
    return header(name, regex=".*")


ALWAYS: Final = header(":method", regex=".*")
"""Every request has a method."""


def any_of(predicates: Sequence[Json]) -> Json:
    """At least one."""
    return predicates[0] if len(predicates) == 1 else {"or_matcher": {"predicate": [*predicates]}}


def _holds(several: Several, values: frozenset[str]) -> Json:
    mark = several.separator
    pattern = f"(?:.*{mark})?(?:{either(values)})(?:{mark}.*)?"
    return header(HEADERS[several], regex=pattern)


def _cel(condition: Json) -> Json:
    return {"single_predicate": cel.predicate(condition)}


def _at_most(number: Number, bound: int) -> Json:
    now = cel.call("int", cel.select("request", "time"))
    match number.clock:
        case Clock.PROVEN_AGO:
            return cel.all_of(proven_within(bound))
        case Clock.NOW:
            return cel.at_most(now, bound)
        case Clock.TIME_OF_DAY:
            return cel.at_most(cel.call("_%_", _shifted(now, number), cel.number(86_400)), bound)
        case Clock.DAY:
            return cel.at_most(cel.call("_/_", _shifted(now, number), cel.number(86_400)), bound)
        case Clock.WEEKDAY:
            # 1970 began on a Thursday.
            days = cel.call("_/_", now, cel.number(86_400))
            since_monday = cel.call("_%_", cel.call("_+_", days, cel.number(3)), cel.number(7))
            return cel.at_most(cel.call("_+_", since_monday, cel.number(1)), bound)


def _shifted(now: Json, number: Number) -> Json:
    return cel.call("_+_", now, cel.number(number.shift)) if number.shift else now


def is_dear(formula: Formula) -> bool:
    """Whether asking costs as much as looking at many headers."""
    return _cost(formula) >= _DEAR


@lru_cache(maxsize=20_000)
def _cost(formula: Formula) -> int:
    """Roughly: a look at a header, a regular expression, an expression of CEL."""
    match formula:
        case formulas.Not(inner):
            return _cost(inner)
        case formulas.AllOf(several) | formulas.AnyOf(several):
            return sum(_cost(one) for one in several)
        case formulas.Known() | formulas.Within():
            return 1
        case formulas.Among(_, values):
            return 1 if len(values) == 1 else 3
        case formulas.Holds() | formulas.Matches():
            return 3
    return _DEAR


_DEAR: Final = 20


@lru_cache(maxsize=20_000)
def ordered(formula: Formula) -> str:
    """Text to sort by: the same for equal formulas, whatever order their sets have."""
    match formula:
        case formulas.Not(inner):
            return f"not {ordered(inner)}"
        case formulas.AllOf(several) | formulas.AnyOf(several):
            return f"{type(formula).__name__} {sorted(ordered(one) for one in several)}"
        case formulas.Among(word, values):
            return f"{word!r} {sorted(values)}"
        case formulas.Holds(several_words, values):
            return f"{several_words!r} {sorted(values)}"
        case formulas.Within(networks):
            return str(sorted(map(str, networks)))
    return repr(formula)
