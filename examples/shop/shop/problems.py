"""Errors as problem details (RFC 9457), one shape for every API of the shop."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

TYPES = "tag:shop.localhost,2026:"
"""Prefix of the problem types a program may want to tell apart (a tag URI, RFC 4151)."""


class Problem(Exception):  # noqa: N818 - the standard's word
    """A request that is answered with an error.

    ``kind`` names the problem type; without one the status says all there is to say.
    ``errors`` maps a field's path in the body to what is wrong with it.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str = "",
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind
        self.errors, self.headers = dict(errors or {}), dict(headers or {})


def not_found() -> Problem:
    """Return the one answer for "does not exist" and "is another tenant's": they look alike."""
    return Problem(404, "There is nothing here.")


def problem_response(
    status: int,
    detail: str,
    *,
    kind: str = "",
    errors: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the response for one problem (RFC 9457 section 3.1)."""
    body: dict[str, object] = {
        "type": TYPES + kind if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = [{"field": field, "detail": text} for field, text in errors.items()]
    return JSONResponse(
        body, status_code=status, headers=headers, media_type="application/problem+json"
    )


async def _problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type alone
    return problem_response(
        error.status, error.detail, kind=error.kind, errors=error.errors, headers=error.headers
    )


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    detail = "There is nothing here." if error.status_code == 404 else error.detail
    return problem_response(error.status_code, detail, headers=error.headers)


async def _unforeseen(_request: Request, _error: Exception) -> Response:
    return problem_response(500, "Something went wrong here; it has been logged.")


def problem_handlers() -> Mapping[int | type[Exception], ExceptionHandler]:
    """Return the exception handlers of an API."""
    return {Problem: _problem, HTTPException: _http, 500: _unforeseen}


def kind_of(body: object) -> str:
    """Return the ``kind`` of a received problem body; empty for anything else."""
    kind = body.get("type") if isinstance(body, Mapping) else None
    return kind.removeprefix(TYPES) if isinstance(kind, str) and kind.startswith(TYPES) else ""


def details_of(body: object) -> Sequence[str]:
    """Return the sentences of a received problem body that a person can act upon."""
    if not isinstance(body, Mapping):
        return []
    errors = body.get("errors")
    if isinstance(errors, list):
        found = [str(e["detail"]) for e in errors if isinstance(e, Mapping) and "detail" in e]
        if found:
            return found
    return [str(body["detail"])] if "detail" in body else []
