"""``recorded_service.py FILE MODULE``: run a service of the shop that writes down what it receives.

One JSON line a request goes to FILE before the service sees it: method, target, headers.
"""

import json
import runpy
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from shop import serving


class Recorded:
    """An application, with what it is asked written down."""

    def __init__(self, app: Any, file: Path) -> None:
        self._app, self._file = app, file

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] in {"http", "websocket"}:
            query = scope["query_string"].decode("latin-1")
            told = {
                "method": scope.get("method", "GET"),
                "target": scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
                "headers": [[n.decode(), v.decode("latin-1")] for n, v in scope["headers"]],
            }
            with self._file.open("a") as file:
                file.write(json.dumps(told) + "\n")
        await self._app(scope, receive, send)


def _serve(file: Path, serve: Any, app: Any, **more: Any) -> None:
    serve(Recorded(app, file), **more)


if __name__ == "__main__":
    serving.serve = partial(_serve, Path(sys.argv[1]).absolute(), serving.serve)
    runpy.run_module(sys.argv[2], run_name="__main__", alter_sys=True)
