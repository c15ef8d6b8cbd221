"""The ``inventory`` section: rules that put components into categories."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from ringwall.core.components import (
    Classification,
    Criticality,
    Environment,
    Exposure,
    Layer,
    ServiceModel,
)
from ringwall.runtime.configuration import Configuration, Form, Problem, StrictModel

INVENTORY: Final = "inventory"
CATEGORY_NAMES: Final = (
    "owner",
    "classification",
    "environment",
    "criticality",
    "exposure",
    "layer",
    "service_model",
)
"""The categories a component stands in."""

Glob = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f]+$", max_length=500),
    Form("a text in which * stands for anything, such as aws-s3-*"),
]
RuleName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 63"),
]


def _as_several(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Globs = Annotated[
    tuple[Glob, ...],
    BeforeValidator(_as_several, json_schema_input_type=str | list[str]),
    Field(max_length=200),
]
"""One of them has to fit; one alone needs no list."""


class Match(StrictModel):
    """What a rule fits: all that is said has to be so. In each, `*` stands for anything."""

    kind: Globs = ()
    """The kind, such as `aws-s3-bucket` or `aws-rds-*`."""
    name: Globs = ()
    """The name, or what people call it."""
    account: Globs = ()
    """The account that it is in."""
    region: Globs = ()
    """The region that it is in."""
    source: Globs = ()
    """Who told of it, such as `ringwall/configuration`."""
    tags: dict[str, Globs] = Field(default_factory=dict)
    """Tags it has, each with what its value is like; `"*"` for any."""

    @model_validator(mode="after")
    def _asks_something(self) -> "Match":
        if not self.model_fields_set:
            msg = 'it says nothing: write `kind: "*"` for a rule that fits everything'
            raise ValueError(msg)
        return self


class Rule(StrictModel):
    """Puts what it fits into categories, one or several."""

    name: RuleName
    """What it is called where it is told which rule gave what."""
    match: Match
    """What it fits."""
    owner: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """Who answers for it: a person, a team, an address."""
    classification: Classification | None = None
    """How bad it is when its data gets out."""
    environment: Environment | None = None
    """What it is used for."""
    criticality: Criticality | None = None
    """How bad it is when it does not work."""
    exposure: Exposure | None = None
    """Who is meant to reach it; what the internet does reach is found out besides."""
    layer: Layer | None = None
    """Where it stands in the SaaS."""
    service_model: ServiceModel | None = None
    """Who runs what it runs on."""

    @model_validator(mode="after")
    def _gives_something(self) -> "Rule":
        if not self.sets:
            msg = f"the rule {self.name} gives no category: say one of {', '.join(CATEGORY_NAMES)}"
            raise ValueError(msg)
        return self

    @cached_property
    def sets(self) -> tuple[tuple[str, str], ...]:
        """The categories it gives."""
        told = ((name, getattr(self, name)) for name in CATEGORY_NAMES)
        return tuple((name, str(value)) for name, value in told if value is not None)


class Inventory(StrictModel):
    """How what there is gets its categories."""

    rules: Annotated[tuple[Rule, ...], Field(max_length=5000)] = ()
    """For each category the first rule counts that fits and gives it; what a component's own
    declaration says counts before all rules."""


def check_rules(configuration: Configuration) -> Iterator[Problem]:
    """Each name is there once, and no rule stands behind one that leaves it nothing."""
    rules = configuration.one(Inventory, INVENTORY).rules
    seen: dict[str, int] = {}
    widest: list[Rule] = []
    for number, rule in enumerate(rules):
        path = (INVENTORY, "rules", number)
        if rule.name in seen:
            yield Problem(
                path=(*path, "name"),
                message=f"there are two rules {rule.name}",
                allowed="a name for each, as they are told by it",
            )
        seen.setdefault(rule.name, number)
        before = next((one for one in widest if _leaves_nothing(one, rule)), None)
        if before is not None:
            yield Problem(
                path=path,
                message=f"{rule.name} never counts: {before.name}, further up, fits all that it "
                "fits and gives the same categories",
                allowed="the more exact rule first",
            )
        else:
            widest.append(rule)


def _leaves_nothing(first: Rule, later: Rule) -> bool:
    if not {name for name, _ in later.sets} <= {name for name, _ in first.sets}:
        return False
    one, other = first.match, later.match
    return all(
        _is_wider(getattr(one, name), getattr(other, name))
        for name in ("kind", "name", "account", "region", "source")
    ) and all(
        key in other.tags and _is_wider(values, other.tags[key]) for key, values in one.tags.items()
    )


def _is_wider(first: tuple[str, ...], later: tuple[str, ...]) -> bool:
    """Whether the first certainly fits whatever the later one does."""
    return not first or "*" in first or (bool(later) and set(later) <= set(first))
