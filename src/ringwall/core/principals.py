"""Whoever can ask for something: people, programs, services, and nobody known."""

from dataclasses import dataclass
from enum import StrEnum


class PrincipalKind(StrEnum):
    """The types of principals, named as in policies."""

    USER = "User"
    CLIENT = "ApiClient"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """One who can ask, in one organisation, as tokens describe them.

    ``id`` is what tokens have as ``sub``; ``name`` is for people to read. ``tenant`` is the short
    name of the organisation they act for, ``tenant_kind`` its kind (``customer``, ``provider``).
    ``roles`` are those given that have effect, without what they include. ``scopes`` is ``None``
    for whoever is not bound by any.
    """

    kind: PrincipalKind
    id: str
    name: str
    email: str | None = None
    tenant: str | None = None
    tenant_kind: str | None = None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] | None = None
    key: str | None = None
    """The id of the API key that asks for them; else they are there themselves."""
    is_by_itself: bool = True
    """Whether it ever asks for itself: some applications only act for people."""
