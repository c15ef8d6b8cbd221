"""Requests behind ASGI: one change of threads, the same answers."""

import asyncio
import threading
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from ringwall.runtime.handling import OneThread


@pytest.mark.usefixtures("_django")
def test_middleware_and_view_of_a_request_run_in_one_thread() -> None:
    seen: list[int] = []

    def view(_request: HttpRequest) -> HttpResponse:
        seen.append(threading.get_ident())
        return HttpResponse("here")

    with override_settings(ROOT_URLCONF=(path("", view),), MIDDLEWARE=[f"{__name__}.noting"]):
        noted.clear()
        sent = asyncio.run(_ask(OneThread()))
    assert sent[0]["status"] == 200
    assert sent[1]["body"] == b"here"
    assert noted == seen
    assert seen != [threading.get_ident()]


noted: list[int] = []


def noting(get_response: Any) -> Any:
    """A middleware that notes its thread."""

    def middleware(request: Any) -> Any:
        noted.append(threading.get_ident())
        return get_response(request)

    return middleware


async def _ask(application: Any) -> list[dict[str, Any]]:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent
