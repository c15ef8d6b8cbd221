"""An upstream that tells what reached it: ``echo.py unix:PATH|HOST:PORT``.

It writes its own raw view of every request as JSON, and plays the parts a sick service plays.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

seen = {"requests": 0}
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


async def echo(request: Request) -> Response:
    """What arrived: method, raw path, headers in order, size of the body, this process's pid."""
    seen["requests"] += 1
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "path": request.scope["raw_path"].decode("latin-1"),
            "query": request.scope["query_string"].decode("latin-1"),
            "headers": [[k.decode("latin-1"), v.decode("latin-1")] for k, v in request.headers.raw],
            "body_bytes": len(body),
            "pid": os.getpid(),
            "requests": seen["requests"],
        },
        headers={"server": "echo/1", "x-powered-by": "tests", "x-frame-options": "SAMEORIGIN"},
    )


async def status(request: Request) -> Response:
    """Answer with the status in the path."""
    seen["requests"] += 1
    return Response("told so", status_code=int(request.path_params["code"]))


async def slow(request: Request) -> Response:
    """Answer after as many milliseconds as the path says."""
    seen["requests"] += 1
    await asyncio.sleep(int(request.path_params["ms"]) / 1000)
    return JSONResponse({"pid": os.getpid()})


async def stored(_request: Request) -> Response:
    """What every cache may keep."""
    return Response("the same for all", headers={"cache-control": "public, max-age=60"})


async def events(_request: Request) -> Response:
    """Server-sent events, one every 50 ms, twenty of them."""

    async def stream() -> AsyncIterator[bytes]:
        for number in range(20):
            yield f"data: {number}\n\n".encode()
            await asyncio.sleep(0.05)

    return StreamingResponse(stream(), media_type="text/event-stream")


async def chat(websocket: WebSocket) -> None:
    """Send back whatever comes."""
    await websocket.accept()
    async for message in websocket.iter_text():
        await websocket.send_text(message)


async def health(_request: Request) -> Response:
    """Not counted among the requests."""
    return Response("ok")


app = Starlette(
    routes=[
        Route("/healthz", health),
        Route("/status/{code}", status, methods=METHODS),
        Route("/slow/{ms}", slow, methods=METHODS),
        Route("/stored/x", stored),
        Route("/events", events),
        WebSocketRoute("/chat", chat),
        Route("/{path:path}", echo, methods=METHODS),
    ]
)


def main(address: str) -> None:
    """Serve until SIGTERM."""
    if address.startswith("unix:"):
        path = address.removeprefix("unix:")
        if os.path.exists(path):  # noqa: PTH110
            os.unlink(path)  # noqa: PTH108
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(path)
    else:
        host, _, port = address.rpartition(":")
        sock = socket.create_server((host, int(port)))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        timeout_keep_alive=60,  # whoever asks ends idle connections sooner, and meets none closing
    )
    uvicorn.Server(config).run(sockets=[sock])


if __name__ == "__main__":
    main(sys.argv[1])
