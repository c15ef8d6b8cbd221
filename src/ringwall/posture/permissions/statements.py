"""Policies as facts: documents, their statements, whom they name and under which conditions."""

from dataclasses import dataclass, field
from enum import StrEnum

from ringwall.posture.permissions import patterns


class Kind(StrEnum):
    """Where a document stands, which decides what it may say and how much that counts."""

    IDENTITY = "identity policy"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "endpoint policy"


class Effect(StrEnum):
    """What a statement does to the requests that it matches."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement names. ``accounts`` are those whose root or number is named."""

    everyone: bool = False
    accounts: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    federated: frozenset[str] = frozenset()
    canonical: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator. ``key`` is in lower case; ``quantifier`` is ``any`` or ``all``."""

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str = ""
    if_exists: bool = False

    def __str__(self) -> str:
        prefix = {"any": "ForAnyValue:", "all": "ForAllValues:"}.get(self.quantifier, "")
        suffix = "IfExists" if self.if_exists else ""
        return f"{self.key} {prefix}{self.operator}{suffix} {', '.join(self.values)}"


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement, equal to none but itself; ``place`` is such as ``statement 2 (ReadLogs)``.

    ``actions`` are in lower case, and those it does not mean where ``but_actions`` is true; the
    same for resources and principals. There are none where a broken statement does not say which it
    means. ``resources`` is ``None`` where a policy speaks of what it
    is attached to. ``fault`` is why its meaning is not known: then nothing may be concluded from
    it.
    """

    effect: Effect
    place: str
    actions: tuple[str, ...] = ()
    but_actions: bool = False
    resources: tuple[str, ...] | None = None
    but_resources: bool = False
    principals: Principals | None = None
    but_principals: bool = False
    conditions: tuple[Condition, ...] = ()
    variables: bool = True
    fault: str = ""
    document: str = ""

    def concerns(self, action: str) -> bool:
        """Whether it speaks of an action, given in lower case; where that is not known, too."""
        if not self.actions:
            return bool(self.fault) or self.but_actions
        return any(patterns.text(one)(action) for one in self.actions) is not self.but_actions

    @property
    def beginnings(self) -> tuple[str, ...]:
        """How all begins that it is about, as far as it says; "" for anything, in lower case."""
        if self.but_resources or self.resources is None:
            return ("",)
        return tuple(map(patterns.beginning, self.resources))

    def __str__(self) -> str:
        return f"{self.place} of {self.document}" if self.document else self.place


@dataclass(frozen=True, slots=True)
class Document:
    """A policy. ``faults`` say what in it could not be understood, each with its place."""

    name: str
    kind: Kind
    statements: tuple[Statement, ...] = ()
    faults: tuple[str, ...] = ()
    _concerned: dict[str, tuple[Statement, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _beginnings: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def concerning(self, action: str) -> tuple[Statement, ...]:
        """The statements that speak of an action, given in lower case."""
        found = self._concerned.get(action)
        if found is None:
            found = tuple(one for one in self.statements if one.concerns(action))
            self._concerned[action] = found
        return found

    def allowed_beginnings(self, action: str) -> tuple[str, ...]:
        """How all begins on which an action, in lower case, may be allowed; "" for anything."""
        found = self._beginnings.get(action)
        if found is None:
            allowed = [one for one in self.concerning(action) if one.effect is Effect.ALLOW]
            begun = {begin: None for one in allowed for begin in one.beginnings}
            found = self._beginnings[action] = ("",) if "" in begun else tuple(begun)
        return found


def unread(name: str, kind: Kind, why: str) -> Document:
    """A document that nobody could read: whatever depends on it is not known."""
    fault = f"{name} is not known: {why}"
    return Document(
        name,
        kind,
        tuple(
            Statement(effect, "the whole", principals=Principals(), fault=fault, document=name)
            for effect in Effect
        ),
        (fault,),
    )
