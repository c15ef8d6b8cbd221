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
from shop.storefront.order_pages import cancel_order, list_orders, show_order
from shop.storefront.ordering import OrdersUnreachableError
from shop.storefront.rendering import page
from shop.tenancy import TENANTS, named_tenant


def _error_page(request: Request, status: int) -> Response:
    slug = named_tenant(request)
    return page(
        "error.html",
        status=status,
        tenant=TENANTS.get(slug) if slug is not None else None,
        code=status,
        here=request.url.path,
        basket_count=0,
    )


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    response = _error_page(request, status)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


async def _too_large(request: Request, error: Exception) -> Response:
    return _error_page(request, error.status if isinstance(error, Problem) else 500)


async def _unreachable(request: Request, _error: Exception) -> Response:
    return _error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)


async def _unforeseen(request: Request, _error: Exception) -> Response:
    return _error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


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
            Route("/orders", list_orders),
            Route("/orders/{id}", show_order),
            Route("/orders/{id}/cancel", cancel_order, methods=["POST"]),
            Route("/static/{name}", asset),
        ],
        exception_handlers={
            HTTPException: _http,
            Problem: _too_large,
            OrdersUnreachableError: _unreachable,
            500: _unforeseen,
        },
        lifespan=lifespan,
    )
    app.state.database, app.state.orders = database, orders
    return app
