"""``/healthz``: whether the service can do its work, which is whether its database can."""

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shop.database import Database
from shop.problems import problem_response


def _look(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


async def healthz(request: Request) -> Response:
    """200 when the database can be read and locked for writing, 503 otherwise."""
    database: Database = request.app.state.database
    try:
        await database.run(_look)
    except sqlite3.Error:
        return problem_response(503, "The database does not answer.")
    return JSONResponse({"status": "ok"})
