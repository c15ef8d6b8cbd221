"""A service that logs each request by Python's logging, over the socket that it was told of."""

import logging
import os
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ringwall.lake.handler import IntakeHandler

_log = logging.getLogger("shop")


async def answer(request: Request) -> Response:
    """Log the path as a message."""
    if request.url.path != "/healthz":
        _log.warning(request.url.path, extra={"user_id": "u-17"})
    return JSONResponse({"told": os.environ.get("RINGWALL_EVENTS")})


def main() -> None:
    """Serve on a unix socket, until the end."""
    if (socket := os.environ.get("RINGWALL_EVENTS")) is not None:
        _log.addHandler(IntakeHandler(socket))
    app = Starlette(routes=[Route("/{path:path}", answer)])
    path = sys.argv[1].removeprefix("unix:")
    uvicorn.run(app, uds=path, log_level="warning")


if __name__ == "__main__":
    main()
