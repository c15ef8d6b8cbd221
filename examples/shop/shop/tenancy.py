"""Who a request is for: the tenants, and how a request names one.

A verified ``x-ringwall-tenant`` header wins: the edge sets it from the caller's credential and
removes it from whatever clients send. Without it the host's first label names the tenant
(``north.shop.localhost``). The APIs have the tenant in their path too; where the header or the
host names one, the path must agree, so that one tenant's host never shows another's orders.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from starlette.requests import HTTPConnection

from shop.problems import not_found

VERIFIED_HEADER: Final = "x-ringwall-tenant"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A customer organisation: its name in addresses, its name on pages, what it sells."""

    slug: str
    name: str
    promise: str
    currency: str = "EUR"


TENANTS: Final[Mapping[str, Tenant]] = MappingProxyType(
    {
        tenant.slug: tenant
        for tenant in (
            Tenant("north", "North", "Plain furniture, made to be kept."),
            Tenant("south", "South", "Good tools for garden and kitchen."),
        )
    }
)


def named_tenant(connection: HTTPConnection) -> str | None:
    """Return the name the verified header or the host gives; ``None`` when neither names one.

    The name need not be a tenant's: a header with an unknown name, or with two names, must
    lead to nothing, not to the host's tenant.
    """
    verified = connection.headers.getlist(VERIFIED_HEADER)
    if verified:
        return verified[0] if len(verified) == 1 else ""
    label = connection.headers.get("host", "").lower().partition(".")[0]
    return label if label in TENANTS else None


def tenant_of_path(connection: HTTPConnection) -> Tenant:
    """Return the tenant in the path; a 404 problem if unknown or not the one the caller is of."""
    slug: str = connection.path_params["tenant"]
    named = named_tenant(connection)
    if slug not in TENANTS or (named is not None and named != slug):
        raise not_found()
    return TENANTS[slug]
