"""Anything that can be protected or attacked, and the categories it stands in.

Policies, checks, deadlines and alerts attach to these categories, never to single names.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Layer(StrEnum):
    """Which of a SaaS's three layers a component belongs to."""

    DELIVERY = "delivery"
    APPLICATION = "application"
    DATABASE = "database"


class ServiceModel(StrEnum):
    """Who runs it: ourselves, or a provider by one of NIST SP 800-145's service models."""

    OWN = "own"
    IAAS = "iaas"
    PAAS = "paas"
    SAAS = "saas"


class Classification(StrEnum):
    """How bad it is when the data gets out, from least to worst."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Criticality(StrEnum):
    """How bad it is when it does not work, from least to worst."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VITAL = "vital"


class Exposure(StrEnum):
    """Who can reach it."""

    INTERNET = "internet"
    PARTNER = "partner"
    INTERNAL = "internal"


class Environment(StrEnum):
    """What the component is used for."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One thing in the inventory. ``id`` is ``<kind>/<name>`` and never changes."""

    kind: str
    name: str
    layer: Layer
    service_model: ServiceModel
    environment: Environment
    classification: Classification
    exposure: Exposure
    owner: str
    criticality: Criticality = Criticality.MEDIUM
    is_behind: bool = False
    """Whether a way from the internet leads to it for certain, over what would be taken over."""

    @property
    def id(self) -> str:
        """The stable id, ``<kind>/<name>``."""
        return f"{self.kind}/{self.name}"


class RelationKind(StrEnum):
    """What one component has to do with another, read from the first to the second."""

    RUNS_ON = "runs-on"
    EXPOSES = "exposes"
    DEPENDS_ON = "depends-on"
    CAN_ASSUME = "can-assume"
    STORES = "stores"
    DEPLOYED_BY = "deployed-by"
    OWNED_BY = "owned-by"
    DECLARED_BY = "declared-by"
    """It is the thing that a piece of code describes."""
    CALLS = "calls"


@dataclass(frozen=True, slots=True)
class Relation:
    """``source`` and ``target`` are ids of components.

    ``why`` says through what, where there is more to say than its kind does.
    """

    kind: RelationKind
    source: str
    target: str
    why: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A component as a collector found it, before rules of the company put it into categories.

    ``name`` is unique among its kind and stays (an ARN, a path in code); ``label`` is what people
    call it. ``account`` and ``region`` are empty where it has none.
    """

    kind: str
    name: str
    label: str
    account: str = ""
    region: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """The stable id, ``<kind>/<name>``."""
        return f"{self.kind}/{self.name}"
