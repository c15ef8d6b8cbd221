"""One request to the storefront: whose shop it is in, which basket it carries."""

import re
import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shop.database import Database
from shop.origin import is_own_request
from shop.outbound import trace_headers
from shop.payload import read_body
from shop.storefront import store
from shop.storefront.ordering import Ordering
from shop.storefront.rendering import page
from shop.tenancy import TENANTS, Tenant, named_tenant

COOKIE: Final = "__Host-basket"
"""The prefix binds it to this very host: another tenant's host cannot set it (RFC 6265bis)."""

COOKIE_AGE_S: Final = 30 * 24 * 3600
MOST_FIELDS: Final = 20


class Visit:
    """What the pages need to know about a request."""

    def __init__(self, request: Request, tenant: Tenant) -> None:
        self.request, self.tenant = request, tenant
        self.database: Database = request.app.state.database
        self.orders = Ordering(
            request.app.state.orders, tenant=tenant.slug, trace=trace_headers(request.headers)
        )
        cookie = request.cookies.get(COOKIE, "")
        self.basket = cookie if re.fullmatch(r"[0-9a-f]{32}", cookie) else ""

    @classmethod
    def of(cls, request: Request) -> "Visit":
        """Return the visit; a plain 404 on hosts that are no tenant's."""
        slug = named_tenant(request)
        if slug is None or slug not in TENANTS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return cls(request, TENANTS[slug])

    async def lines(self) -> list[store.BasketLine]:
        """Return what is in the visitor's basket."""
        if not self.basket:
            return []
        return await self.database.run(
            store.read_basket, tenant=self.tenant.slug, basket=self.basket
        )

    async def page(
        self, template: str, *, status: int = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """Return a page of this tenant's shop."""
        count = sum(line.quantity for line in await self.lines())
        return page(
            template,
            status=status,
            tenant=self.tenant,
            here=self.request.url.path,
            basket_count=count,
            **values,
        )

    async def form(self) -> dict[str, str]:
        """Return the fields of the form that was sent; refuse forms of other sites' pages."""
        if not is_own_request(self.request.headers):
            raise HTTPException(HTTPStatus.FORBIDDEN)
        try:
            text = (await read_body(self.request)).decode()
            return dict(
                parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
            )
        except ValueError as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST) from error

    def ensure_basket(self) -> None:
        """Give a visitor without a basket an empty one."""
        self.basket = self.basket or secrets.token_hex(16)

    def go(self, path: str) -> Response:
        """Return the answer to a form: look at ``path`` now (RFC 9110 section 15.4.4)."""
        response = RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER)
        if self.basket:
            response.set_cookie(
                COOKIE,
                self.basket,
                max_age=COOKIE_AGE_S,
                path="/",
                secure=True,
                httponly=True,
                samesite="lax",
            )
        return response
