"""Django behind ASGI with one change of threads a request."""

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase


class OneThread(ASGIHandler):
    """Runs middleware and view of a request in one thread.

    All of ours is synchronous. Django's own handler would go from the loop to a thread, back, and
    to a thread again for each request, which takes longer than many a page.
    """

    def __init__(self) -> None:
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        answer: HttpResponseBase = await sync_to_async(self.get_response, thread_sensitive=True)(
            request
        )
        return answer
