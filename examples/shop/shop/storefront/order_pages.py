"""The tenant's orders: the list with its live ticker, one order, cancelling it."""

import re
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shop.storefront.visit import Visit

PER_PAGE: Final = 10


async def list_orders(request: Request) -> Response:
    """``GET /orders``: newest first; ``?before=<number>`` for older ones."""
    visit = Visit.of(request)
    before = request.query_params.get("before", "")
    found = await visit.orders.list(
        limit=PER_PAGE + 1,
        before=int(before) if re.fullmatch(r"[1-9][0-9]{0,15}", before) else None,
    )
    orders = found[:PER_PAGE]
    older = orders[-1]["number"] if len(found) > PER_PAGE else None
    return await visit.page("orders.html", orders=orders, older=older, is_first=not before)


async def show_order(request: Request) -> Response:
    """``GET /orders/{id}``."""
    visit = Visit.of(request)
    order = await visit.orders.find(request.path_params["id"])
    if order is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return await visit.page("order.html", order=order, just_placed="placed" in request.query_params)


async def cancel_order(request: Request) -> Response:
    """``POST /orders/{id}/cancel``."""
    visit = Visit.of(request)
    await visit.form()
    order_id = request.path_params["id"]
    if await visit.orders.find(order_id) is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    # Too late to cancel is no error here: the order's page says where it stands.
    await visit.orders.cancel(order_id)
    return visit.go(f"/orders/{order_id}")
