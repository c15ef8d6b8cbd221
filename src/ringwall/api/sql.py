"""``POST /api/v1/log/sql``: one statement over the log, with the fences of the command."""

from typing import Any, Final

from django.http import HttpRequest
from ninja import Field, Router, Schema

from ringwall.api.asking import asked
from ringwall.api.problems import ProblemError

router: Final = Router()

_MOST: Final = 10_000


class Statement(Schema):
    """One SELECT over `events` and `quarantine`, and how many rows are wanted at most."""

    statement: str
    limit: int = Field(1000, ge=1, le=_MOST)


class Rows(Schema):
    """What it gets: numbers and truth values as they are, all else as text."""

    columns: list[str]
    rows: list[list[str | int | float | bool | None]]
    is_cut: bool
    """Whether there would have been more rows."""


@router.post("sql", response=Rows, summary="Ask in SQL")
def sql(request: HttpRequest, wanted: Statement) -> Any:
    """Ask in SQL (DuckDB), read-only: the columns are those that `fields` tells."""
    from ringwall.lake.asking_sql import ask  # noqa: PLC0415 - see asking
    from ringwall.lake.search.statements import StatementError, check_length  # noqa: PLC0415

    del request
    try:
        check_length(wanted.statement)
        with asked("asked in SQL", {"statement": wanted.statement}) as log:
            found = ask(log.places, wanted.statement, limit=wanted.limit)
    except StatementError as error:
        raise ProblemError(400, "The statement is not answered", str(error)) from error
    return {"columns": found.columns, "rows": found.rows, "is_cut": found.is_cut}
