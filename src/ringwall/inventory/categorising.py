"""In which categories a component stands, and who says so. Pure.

Each category by itself is what the component's own declaration says; else what the first rule says
that fits and names this category; else what is usual for its kind. So a rule for all may stand at
the end, and one that says only who owns something takes nothing else from those behind it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from ringwall.core.components import (
    Classification,
    Component,
    Criticality,
    Environment,
    Exposure,
    Found,
    Layer,
    ServiceModel,
)
from ringwall.inventory.rules import CATEGORY_NAMES, Match, Rule
from ringwall.inventory.usual import usual_of

DECLARED: Final = "declared"
USUAL: Final = "usual"
UNSAID: Final = "nobody"

_VALUES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "layer": frozenset(Layer),
        "service_model": frozenset(ServiceModel),
        "environment": frozenset(Environment),
        "classification": frozenset(Classification),
        "criticality": frozenset(Criticality),
        "exposure": frozenset(Exposure),
    }
)


@dataclass(frozen=True, slots=True)
class Given:
    """A category's value and who gave it: ``declared``, ``usual``, ``nobody`` or a rule's name."""

    value: str
    by: str


Categories = Mapping[str, Given]


class Rules:
    """The rules of a configuration, ready to be asked about a million components."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._rules = [(rule, _Matching(rule.match)) for rule in rules]
        self._of_kind: dict[str, list[tuple[Rule, _Matching]]] = {}

    def categorise(self, found: Found, *, declared: Mapping[str, str], source: str) -> Categories:
        """Every category of :data:`~ringwall.inventory.rules.CATEGORY_NAMES`.

        ``source`` is who told of the component. A value in ``declared`` that is none is not taken.
        """
        given = {
            name: Given(value, DECLARED)
            for name, value in declared.items()
            if value and (value in _VALUES[name] if name in _VALUES else name == "owner")
        }
        for name, one in self.ruled(found, source).items():
            given.setdefault(name, one)
        usual = usual_of(found.kind)
        for name in CATEGORY_NAMES:
            if name not in given:
                value = usual.get(name, "")
                given[name] = Given(value, USUAL if value else UNSAID)
        return given

    def ruled(self, found: Found, source: str) -> dict[str, Given]:
        """The categories that some rule gives, and no other."""
        given: dict[str, Given] = {}
        for rule, matching in self._for_kind(found.kind):
            if matching.fits(found, source):
                for name, value in rule.sets:
                    given.setdefault(name, Given(value, rule.name))
        return given

    def _for_kind(self, kind: str) -> "list[tuple[Rule, _Matching]]":
        if kind not in self._of_kind:
            self._of_kind[kind] = [one for one in self._rules if one[1].fits_kind(kind)]
        return self._of_kind[kind]


def component_of(
    found: Found, categories: Mapping[str, str], *, is_reached: bool, is_behind: bool = False
) -> Component:
    """The component as other modules judge by it.

    ``is_reached`` says that the internet reaches it whatever is said, ``is_behind`` that it does
    over something that would have to be taken over. Where nobody says anything it counts as
    internal; that this is not known is told wherever it is shown.
    """
    exposure = Exposure(categories["exposure"] or Exposure.INTERNAL)
    return Component(
        kind=found.kind,
        name=found.name,
        layer=Layer(categories["layer"]),
        service_model=ServiceModel(categories["service_model"]),
        environment=Environment(categories["environment"]),
        classification=Classification(categories["classification"]),
        exposure=Exposure.INTERNET if is_reached else exposure,
        owner=categories["owner"],
        criticality=Criticality(categories["criticality"]),
        is_behind=is_behind,
    )


def declared_in(aspect: str) -> dict[str, str]:
    """The categories in an aspect as it is kept; none where it is not known."""
    if not aspect:
        return {}
    value = json.loads(aspect).get("value")
    if not isinstance(value, dict):
        return {}
    return {name: str(value[name]) for name in CATEGORY_NAMES if value.get(name)}


class _Matching:
    """A rule's conditions as regular expressions."""

    def __init__(self, match: Match) -> None:
        self._kinds = _any_of(match.kind)
        self._name = _any_of(match.name)
        self._account = _any_of(match.account)
        self._region = _any_of(match.region)
        self._source = _any_of(match.source)
        self._tags = [(key, _any_of(values)) for key, values in match.tags.items()]

    def fits_kind(self, kind: str) -> bool:
        return self._kinds is None or self._kinds.match(kind) is not None

    def fits(self, found: Found, source: str) -> bool:
        """Whether all else fits, too."""
        if not (
            _fits(self._account, found.account)
            and _fits(self._region, found.region)
            and _fits(self._source, source)
        ):
            return False
        if self._name is not None and not (
            self._name.match(found.name) or self._name.match(found.label)
        ):
            return False
        tags = dict(found.tags) if self._tags else {}
        return all(key in tags and _fits(values, tags[key]) for key, values in self._tags)


def _fits(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is None or pattern.match(text) is not None


@lru_cache(maxsize=1024)
def _any_of(globs: tuple[str, ...]) -> re.Pattern[str] | None:
    """One of these, ``*`` standing for anything; ``None`` where nothing is asked."""
    if not globs:
        return None
    return re.compile("|".join(translate(one) for one in globs))
