"""Style sheet, script and drawings: a handful of small files, held in memory.

Their addresses carry a hash of the content, so that a browser may keep them for good.
"""

import hashlib
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_CONTENT: Final = {
    path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in MEDIA_TYPES
}
_VERSION: Final = {
    name: hashlib.sha256(content).hexdigest()[:12] for name, content in _CONTENT.items()
}


def asset_url(name: str) -> str:
    """Return the address of a file; ``KeyError`` when there is none of this name."""
    return f"/static/{name}?v={_VERSION[name]}"


async def asset(request: Request) -> Response:
    """``GET /static/{name}``."""
    name = request.path_params["name"]
    if name not in _CONTENT:
        raise HTTPException(404)
    is_current = request.query_params.get("v") == _VERSION[name]
    return Response(
        _CONTENT[name],
        media_type=MEDIA_TYPES[Path(name).suffix],
        headers={
            "cache-control": "public, max-age=31536000, immutable" if is_current else "no-cache",
            "x-content-type-options": "nosniff",
        },
    )
