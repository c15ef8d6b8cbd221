"""A process of its own: Django's pages over TLS as the edge would pass them on, with no edge.

Started with the state folder, the port, and the files of the certificate and its key.
"""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import django
import uvicorn

ADDRESS = b"192.0.2.7"
"""Where all requests seem to come from."""


class AsFromTheEdge:
    """The application (ASGI) with the headers that only the edge sets.

    What a test writes to the file ``late.json`` of the state folder, seconds by path, comes late.
    """

    def __init__(self, application: Any, late: Path) -> None:
        self._application = application
        self._late = late

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._late.exists():
            await asyncio.sleep(json.loads(self._late.read_text()).get(scope["path"], 0))
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if not name.startswith((b"x-ringwall-", b"x-forwarded-"))
        ]
        headers += [(b"x-forwarded-proto", b"https"), (b"x-ringwall-address", ADDRESS)]
        await self._application({**scope, "headers": headers}, receive, send)


def main(state: str, port: str, certificate: str, key: str) -> None:
    """Serve until ended."""
    os.environ["RINGWALL_STATE"] = state
    os.environ["DJANGO_SETTINGS_MODULE"] = "ringwall.runtime.settings"
    logging.basicConfig(level=logging.INFO)
    django.setup()
    from django.core.asgi import get_asgi_application

    config = uvicorn.Config(
        AsFromTheEdge(get_asgi_application(), Path(state) / "late.json"),
        host="127.0.0.1",
        port=int(port),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(*sys.argv[1:])
