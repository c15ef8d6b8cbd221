"""The desk: a page for people who work in a shop, which the edge lets in only with two factors.

Who is there stands in headers that the edge alone can set: nothing else reaches this service.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from shop.storefront.visit import Visit

NEWEST = 5


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the edge has proven, how strongly, and for which organisation they act."""

    email: str
    strength: str
    tenant: str
    roles: tuple[str, ...]

    @classmethod
    def of(cls, request: Request) -> "Person":
        """Read what the edge says."""
        told = request.headers
        roles = tuple(filter(None, told.get("x-ringwall-roles", "").split(",")))
        return cls(
            email=told.get("x-ringwall-email", ""),
            strength=told.get("x-ringwall-strength", ""),
            tenant=told.get("x-ringwall-tenant", ""),
            roles=roles,
        )


async def show_desk(request: Request) -> Response:
    """``GET /desk``."""
    visit = Visit.of(request)
    orders = await visit.orders.list(limit=NEWEST, before=None)
    return await visit.page("desk.html", person=Person.of(request), orders=orders)
