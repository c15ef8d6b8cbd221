"""The routes of orders."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from shop.database import Database
from shop.health import healthz
from shop.idempotency import idempotency_key, key_reused
from shop.orders import lifecycle, store
from shop.orders.bell import Bell
from shop.orders.order import Status
from shop.orders.placing import Refusal, Wanted
from shop.orders.settling import Settling
from shop.orders.streams import order_events, watch_stock
from shop.outbound import Peer, trace_headers
from shop.paging import read_page
from shop.payload import read_object
from shop.problems import Problem, not_found, problem_handlers
from shop.tenancy import tenant_of_path


async def list_orders(request: Request) -> Response:
    """``GET /v1/{tenant}/orders``: newest first, in pages."""
    tenant, page = tenant_of_path(request), read_page(request)
    found = await _database(request).run(
        store.list_orders, tenant=tenant.slug, limit=page.limit, before=page.before
    )
    return JSONResponse({"orders": [order.as_json() for order in found]})


async def place_order(request: Request) -> Response:
    """``POST /v1/{tenant}/orders``: 201 with the order, 200 when the key came before.

    The order is kept whatever happens next. Where billing cannot be reached it stays
    ``pending`` and is charged as soon as billing is back.
    """
    tenant = tenant_of_path(request).slug
    key = idempotency_key(request)
    wanted = Wanted.read(await read_object(request))
    placed = await _database(request).run(lifecycle.place, tenant=tenant, key=key, wanted=wanted)
    if placed is None:
        raise key_reused()
    if isinstance(placed, Refusal):
        raise Problem(placed.status, placed.detail, kind=placed.kind, errors=placed.errors)
    order, is_new = placed
    request.app.state.bell.ring(tenant)
    order = await _settling(request).settle(order, trace=trace_headers(request.headers))
    if order.status == Status.DECLINED:
        raise Problem(422, "Billing declined the charge: it is above the limit.", kind="declined")
    return JSONResponse(
        order.as_json(),
        status_code=201 if is_new else 200,
        headers={"location": f"/v1/{tenant}/orders/{order.id}"},
    )


async def show_order(request: Request) -> Response:
    """``GET /v1/{tenant}/orders/{id}``."""
    order = await _database(request).run(
        store.find_order,
        tenant=tenant_of_path(request).slug,
        order_id=request.path_params["id"],
    )
    if order is None:
        raise not_found()
    return JSONResponse(order.as_json())


async def cancel_order(request: Request) -> Response:
    """``POST /v1/{tenant}/orders/{id}/cancel``: 200 when cancelled, 202 while the refund waits."""
    return await _take_back(request, Status.PAID, verb="cancelled", kind="not-cancellable")


async def refund_order(request: Request) -> Response:
    """``POST /v1/{tenant}/orders/{id}/refund``: the same for an order that was delivered."""
    return await _take_back(request, Status.DELIVERED, verb="refunded", kind="not-refundable")


async def _take_back(request: Request, expected: Status, *, verb: str, kind: str) -> Response:
    """Goods return to the shelf, and billing gives the money back."""
    tenant = tenant_of_path(request).slug
    order = await _database(request).run(
        lifecycle.move,
        tenant=tenant,
        order_id=request.path_params["id"],
        expected=expected,
        status=Status.CANCELLING,
    )
    if order is None:
        raise not_found()
    if order.status not in {Status.CANCELLING, Status.CANCELLED}:
        raise Problem(409, f"An order that is {order.status} cannot be {verb}.", kind=kind)
    order = await _settling(request).settle(order, trace=trace_headers(request.headers))
    return JSONResponse(
        order.as_json(), status_code=200 if order.status == Status.CANCELLED else 202
    )


async def show_stock(request: Request) -> Response:
    """``GET /v1/{tenant}/stock``: how many of each product are left."""
    stock = await _database(request).run(store.read_stock, tenant=tenant_of_path(request).slug)
    return JSONResponse({"stock": stock})


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _settling(request: Request) -> Settling:
    settling: Settling = request.app.state.settling
    return settling


def build(database: Database, *, billing: Peer, bell: Bell) -> Starlette:
    """Return the application; it closes ``database`` and ``billing`` at its end."""
    settling = Settling(database, billing=billing, bell=bell)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        catching_up = asyncio.create_task(settling.settle_all())
        yield
        catching_up.cancel()
        await asyncio.gather(catching_up, return_exceptions=True)
        await billing.close()
        database.close()

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/v1/{tenant}/orders", list_orders),
            Route("/v1/{tenant}/orders", place_order, methods=["POST"]),
            Route("/v1/{tenant}/orders/events", order_events),
            Route("/v1/{tenant}/orders/{id}", show_order),
            Route("/v1/{tenant}/orders/{id}/cancel", cancel_order, methods=["POST"]),
            Route("/v1/{tenant}/orders/{id}/refund", refund_order, methods=["POST"]),
            Route("/v1/{tenant}/stock", show_stock),
            WebSocketRoute("/v1/{tenant}/stock", watch_stock),
        ],
        exception_handlers=problem_handlers(),
        lifespan=lifespan,
    )
    app.state.database, app.state.bell, app.state.settling = database, bell, settling
    return app
