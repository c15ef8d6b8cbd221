"""Anything that can be protected or attacked, and the categories it stands in.

Policies, checks, deadlines and alerts attach to these categories, never to single names.
"""

from dataclasses import dataclass
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

    @property
    def id(self) -> str:
        """The stable id, ``<kind>/<name>``."""
        return f"{self.kind}/{self.name}"
