"""The storefront's routes, and its pages for what goes wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shop.database import Database
from shop.health import healthz
from shop.outbound import Peer
from shop.problems import Problem
from shop.storefront.assets import asset
from shop.storefront.basket_pages import add_to_basket, set_in_basket, show_basket
from shop.storefront.catalogue_pages import home, product
from shop.storefront.checkout_pages import send_checkout, show_checkout
from shop.storefront.desk_pages import show_desk
from shop.storefront.order_pages import cancel_order, list_orders, show_order
from shop.storefront.ordering import OrdersUnreachableError
from shop.storefront.rendering import page
from shop.storefront.visit import Visit
from shop.tenancy import TENANTS, named_tenant


async def _error_page(request: Request, status: int) -> Response:
    slug = named_tenant(request)
    if slug is None or slug not in TENANTS:
        return page("error.html", status=status, tenant=None, code=status)
    return await Visit(request, TENANTS[slug]).page("error.html", status=status, code=status)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    response = await _error_page(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type alone
    return await _error_page(request, error.status)


async def _unreachable(request: Request, _error: Exception) -> Response:
    return await _error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)


async def _unforeseen(_request: Request, _error: Exception) -> Response:
    # Whatever failed may fail again: this page asks nothing of anybody.
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return page("error.html", status=status, tenant=None, code=status)


def build(database: Database, *, orders: Peer) -> Starlette:
    """Return the application; it closes ``database`` and ``orders`` at its end."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await orders.close()
        database.close()

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/", home),
            Route("/products/{sku}", product),
            Route("/basket", show_basket),
            Route("/basket/add", add_to_basket, methods=["POST"]),
            Route("/basket/set", set_in_basket, methods=["POST"]),
            Route("/checkout", show_checkout),
            Route("/checkout", send_checkout, methods=["POST"]),
            Route("/desk", show_desk),
            Route("/orders", list_orders),
            Route("/orders/{id}", show_order),
            Route("/orders/{id}/cancel", cancel_order, methods=["POST"]),
            Route("/static/{name}", asset),
        ],
        exception_handlers={
            HTTPException: _http,
            Problem: _problem,
            OrdersUnreachableError: _unreachable,
            500: _unforeseen,
        },
        lifespan=lifespan,
    )
    app.state.database, app.state.orders = database, orders
    return app
