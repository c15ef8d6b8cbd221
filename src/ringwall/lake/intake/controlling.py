"""Ask the running intake over its control socket: how it fares, and to make a new file."""

import http.client
import json
import socket
import time
from pathlib import Path
from typing import Any, Final

_PATIENCE_S: Final = 3.0
_FRESH_S: Final = 5.0


def reopen(control: Path) -> None:
    """Have a new file made of the spool; ``ConnectionError`` where nobody answers."""
    try:
        _asked(control, "POST", "/reopen")
    except (OSError, http.client.HTTPException) as error:
        msg = f"the intake does not answer at {control}: {error}"
        raise ConnectionError(msg) from error


def told_at(path: Path) -> tuple[dict[str, Any], bool] | None:
    """The status document that was written last, and whether it is of now; ``None``: none was."""
    try:
        found = json.loads(path.read_bytes())
        age = time.time() - path.stat().st_mtime
    except (OSError, ValueError):
        return None
    return (found, age < _FRESH_S) if isinstance(found, dict) else None


def _asked(control: Path, method: str, path: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(_PATIENCE_S)
        sock.connect(str(control))
        connection = http.client.HTTPConnection("localhost", timeout=_PATIENCE_S)
        connection.sock = sock
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.read()
