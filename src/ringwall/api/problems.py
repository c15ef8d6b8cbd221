"""What went wrong, as RFC 9457 wants it told."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from ringwall.runtime.recording import RecordingError

TYPE: Final = "application/problem+json"
AGAIN_IN_S: Final = 2


class ProblemError(Exception):
    """An answer that says what is wrong; ``more`` are members of its own (section 3.2)."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail
        self.headers, self.more = headers or {}, more

    def answer(self) -> HttpResponse:
        """The problem; its type is ``about:blank``, so that its status says what it is."""
        told = {"type": "about:blank", "title": self.title, "status": self.status}
        told |= {"detail": self.detail, **self.more}
        return JsonResponse(told, status=self.status, headers=self.headers, content_type=TYPE)


def busy(detail: str) -> ProblemError:
    """There is no room now, and there will be."""
    headers = {"Retry-After": str(AGAIN_IN_S)}
    return ProblemError(
        429, "Too many at once", f"{detail}: ask again in a moment", headers=headers
    )


def tell(api: NinjaAPI) -> None:
    """Have everything that goes wrong told as a problem."""

    @api.exception_handler(ProblemError)
    def _problem(_: HttpRequest, error: ProblemError) -> HttpResponse:
        return error.answer()

    @api.exception_handler(ValidationError)
    def _invalid(_: HttpRequest, error: ValidationError) -> HttpResponse:
        wrong = [
            {"parameter": _named(one["loc"]), "message": str(one["msg"])} for one in error.errors
        ]
        said = "; ".join(f"{one['parameter']}: {one['message']}" for one in wrong)
        return ProblemError(400, "A parameter is wrong", said, parameters=wrong).answer()

    @api.exception_handler(HttpError)
    def _unread(_: HttpRequest, error: HttpError) -> HttpResponse:
        return ProblemError(error.status_code, "It cannot be read", str(error)).answer()

    @api.exception_handler(RecordingError)
    def _not_recorded(_: HttpRequest, error: RecordingError) -> HttpResponse:
        del error  # says where it lies, which is for the log of the process
        detail = "That the log is read cannot be recorded at the moment, so nothing is shown."
        headers = {"Retry-After": "30"}
        return ProblemError(503, "It cannot be recorded", detail, headers=headers).answer()

    @api.exception_handler(Http404)
    def _nothing(_: HttpRequest, error: Http404) -> HttpResponse:
        return ProblemError(404, "Not found", str(error) or "There is nothing here.").answer()


def _named(where: Sequence[str | int]) -> str:
    """The parameter that is meant; of one that may stand there several times, the number is not."""
    return str(next((one for one in reversed(where) if isinstance(one, str)), where[-1]))
