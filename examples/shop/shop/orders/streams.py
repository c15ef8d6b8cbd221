"""Live streams: order events as server-sent events, stock over a WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from shop.database import Database
from shop.orders import events, store
from shop.orders.bell import Bell
from shop.origin import is_own_request
from shop.problems import Problem, problem_response
from shop.tenancy import tenant_of_path

HEARTBEAT_S: Final = 15
"""A quiet stream says so this often, well within the idle time-outs of proxies."""

BATCH: Final = 100


async def order_events(request: Request) -> Response:
    """``GET /v1/{tenant}/orders/events``: every change from now on (HTML Standard, 9.2).

    A client that comes back with ``Last-Event-ID`` first gets what it missed.
    """
    tenant = tenant_of_path(request).slug
    headers = {"cache-control": "no-store"}
    if request.method == "HEAD":
        return Response(media_type="text/event-stream", headers=headers)
    database: Database = request.app.state.database
    bell: Bell = request.app.state.bell
    seen = request.headers.get("last-event-id", "")
    after = (
        int(seen)
        if seen.isascii() and seen.isdigit() and len(seen) < 19
        else await database.run(events.last_id, tenant=tenant)
    )
    return StreamingResponse(
        _events(database, bell, tenant=tenant, after=after),
        media_type="text/event-stream",
        headers=headers,
    )


async def _events(database: Database, bell: Bell, *, tenant: str, after: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    while not bell.stopped:
        rung = bell.next(tenant)
        batch = await database.run(events.read_after, tenant=tenant, after=after, limit=BATCH)
        for event in batch:
            after = event.id
            yield f"id: {event.id}\nevent: order\ndata: {event.body}\n\n"
        if len(batch) == BATCH:
            continue
        try:
            await asyncio.wait_for(rung.wait(), HEARTBEAT_S)
        except TimeoutError:
            yield ": quiet\n\n"


async def watch_stock(socket: WebSocket) -> None:
    """WebSocket ``/v1/{tenant}/stock``: all of the stock first, then each change of it.

    Messages are ``{"stock": {"<sku>": <left>}}``. What the client sends is ignored.
    """
    try:
        tenant = tenant_of_path(socket).slug
    except Problem as problem:
        await socket.send_denial_response(problem_response(problem.status, problem.detail))
        return
    if not is_own_request(socket.headers):
        await socket.send_denial_response(problem_response(403, "This is another site's page."))
        return
    await socket.accept()
    left = asyncio.create_task(_until_left(socket))
    try:
        await _send_stock(socket, left, tenant=tenant)
    except WebSocketDisconnect:
        pass
    finally:
        left.cancel()


async def _send_stock(socket: WebSocket, left: asyncio.Task[None], *, tenant: str) -> None:
    database: Database = socket.app.state.database
    bell: Bell = socket.app.state.bell
    told: dict[str, int] = {}
    while not (left.done() or bell.stopped):  # at the end the server says goodbye for us
        rung = bell.next(tenant)
        stock = await database.run(store.read_stock, tenant=tenant)
        changed = {sku: count for sku, count in stock.items() if told.get(sku) != count}
        if changed:
            await socket.send_json({"stock": changed})
            told = stock
        waiting = asyncio.create_task(rung.wait())
        await asyncio.wait({left, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()


async def _until_left(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
