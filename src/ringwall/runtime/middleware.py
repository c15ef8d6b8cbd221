"""Which door a request came through decides which pages it may see."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase

Handler = Callable[[HttpRequest], Any]


class PrivatePages:
    """Give requests from the private address the private pages, and only those."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Answer, or hand on what will."""
        if isinstance(request, ASGIRequest) and request.scope.get("ringwall.private") is True:
            request.urlconf = "ringwall.runtime.private_urls"
        answer: HttpResponseBase | Awaitable[HttpResponseBase] = self._get_response(request)
        return answer
