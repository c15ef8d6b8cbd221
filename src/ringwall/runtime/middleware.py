"""Which door a request came through decides which pages it may see."""

from collections.abc import Callable

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase]


def private_pages(get_response: Handler) -> Handler:
    """Give requests from the private address the private pages, and only those."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if isinstance(request, ASGIRequest) and request.scope.get("ringwall.private") is True:
            request.urlconf = "ringwall.runtime.private_urls"
        return get_response(request)

    return handle
