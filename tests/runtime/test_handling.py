"""Requests behind ASGI: one thread for each, kept for the next, and the same answers."""

import asyncio
import contextlib
import threading
from contextvars import ContextVar
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import get_urlconf, path, set_urlconf

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


def _scope(where: str = "/", query: bytes = b"") -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": where,
        "query_string": query,
        "headers": [(b"host", b"localhost")],
    }


async def _ask(application: Any, *, where: str = "/", query: bytes = b"") -> list[dict[str, Any]]:
    scope = _scope(where, query)
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


@pytest.mark.usefixtures("_django")
def test_a_connection_to_the_database_serves_one_request_after_the_other() -> None:
    seen: list[int] = []

    def view(_request: HttpRequest) -> HttpResponse:
        connection.ensure_connection()
        seen.append(id(connection.connection))
        return HttpResponse("here")

    async def story() -> None:
        application = OneThread(threads=1)
        for _ in range(3):
            sent = await _ask(application)
            assert sent[0]["status"] == 200

    with override_settings(ROOT_URLCONF=(path("", view),), MIDDLEWARE=[]):
        asyncio.run(story())
    assert len(set(seen)) == 1


@pytest.mark.usefixtures("_django")
def test_many_are_answered_at_a_time_and_each_gets_its_own() -> None:
    together = threading.Barrier(5, timeout=20)

    def view(request: HttpRequest) -> HttpResponse:
        together.wait()
        answer = HttpResponse(request.GET["number"], headers={"x-number": request.GET["number"]})
        answer.set_cookie("number", request.GET["number"])
        return answer

    async def story() -> None:
        application = OneThread(threads=5)
        asked = (_ask(application, query=f"number={n}".encode()) for n in range(5))
        for number, sent in enumerate(await asyncio.gather(*asked)):
            assert sent[1]["body"] == str(number).encode()
            headers = dict(sent[0]["headers"])
            assert headers[b"x-number"] == str(number).encode()
            assert headers[b"Set-Cookie"] == f"number={number}; Path=/".encode()

    with override_settings(ROOT_URLCONF=(path("", view),), MIDDLEWARE=[]):
        asyncio.run(story())


@pytest.mark.usefixtures("_django")
def test_what_stands_apart_waits_for_no_page() -> None:
    over = threading.Event()

    def page(_request: HttpRequest) -> HttpResponse:
        over.wait(20)
        return HttpResponse("page")

    def renewal(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("renewed")

    async def story() -> None:
        application = OneThread(threads=1, apart="/apart")
        pages = [asyncio.create_task(_ask(application, where="/page")) for _ in range(3)]
        await asyncio.sleep(0)
        try:
            sent = await asyncio.wait_for(_ask(application, where="/apart"), 10)
            assert sent[1]["body"] == b"renewed"
            assert not any(one.done() for one in pages)
        finally:
            over.set()
            await asyncio.gather(*pages)

    with override_settings(
        ROOT_URLCONF=(path("page", page), path("apart", renewal)), MIDDLEWARE=[]
    ):
        asyncio.run(story())


@pytest.mark.usefixtures("_django")
def test_streams_are_sent_and_failures_are_answers() -> None:
    def streamed(_request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(iter([b"a", b"b"]))

    def failing(_request: HttpRequest) -> HttpResponse:
        msg = "not for strangers"
        raise RuntimeError(msg)

    urls = (path("", streamed), path("failing", failing))
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[]):
        sent = asyncio.run(_ask(OneThread()))
        assert sent[1]["body"] == b"ab"
        failed = asyncio.run(_ask(OneThread(), where="/failing"))
    assert failed[0]["status"] == 500
    assert b"strangers" not in failed[1]["body"]


@pytest.mark.usefixtures("_django")
def test_who_hangs_up_before_all_was_sent_gets_no_answer() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with override_settings(ROOT_URLCONF=(), MIDDLEWARE=[]):
        asyncio.run(OneThread()(_scope(), receive, send))
    assert not sent


@pytest.mark.usefixtures("_django")
@pytest.mark.parametrize("goes_away", [False, True])
def test_what_follows_an_answer_is_done_once_it_is_sent(goes_away: bool) -> None:
    """Else how long an answer takes tells what is done after it."""
    order: list[str] = []

    def view(_request: HttpRequest) -> HttpResponse:
        answer = HttpResponse("here")
        close = answer.close

        def closing() -> None:
            order.append("followed")
            close()

        answer.close = closing  # type: ignore[method-assign]
        return answer

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        order.append(message["type"])
        if goes_away:
            raise ConnectionError

    urls = override_settings(ROOT_URLCONF=(path("", view),), MIDDLEWARE=[])
    with urls, contextlib.suppress(ConnectionError):
        asyncio.run(OneThread()(_scope(), receive, send))
    sent = ["http.response.start", "http.response.body"]
    assert order == [*(sent[:1] if goes_away else sent), "followed"]


word: ContextVar[str] = ContextVar("word", default="nothing")


@pytest.mark.usefixtures("_django")
@pytest.mark.parametrize("how", ["atomic", "autocommit"])
def test_nothing_of_a_request_is_left_to_the_next_in_its_thread(how: str) -> None:
    """Not its words, not its URLs, and not a transaction that it never ended."""
    seen: list[tuple[str, Any, bool, bool]] = []

    def careless(_request: HttpRequest) -> HttpResponse:
        word.set("secret")
        set_urlconf(elsewhere)  # type: ignore[arg-type]
        connection.ensure_connection()
        if how == "atomic":
            transaction.atomic().__enter__()
        else:
            transaction.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO left_behind VALUES (1)")
        raise ValueError(how)

    def next_one(_request: HttpRequest) -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM left_behind")
            assert cursor.fetchone() == (0,)
        told = (word.get(), get_urlconf(), connection.get_autocommit(), connection.in_atomic_block)
        seen.append(told)
        return HttpResponse("here")

    elsewhere = (path("elsewhere", next_one),)

    def first(_request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS left_behind")
            cursor.execute("CREATE TABLE left_behind (id integer)")
        return HttpResponse("made")

    def last(_request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE left_behind")
        return HttpResponse("gone")

    urls = (
        path("first", first),
        path("careless", careless),
        path("next", next_one),
        path("last", last),
    )

    async def story() -> None:
        application = OneThread(threads=1)
        assert (await _ask(application, where="/first"))[0]["status"] == 200
        for _ in range(2):
            assert (await _ask(application, where="/careless"))[0]["status"] == 500
            assert (await _ask(application, where="/next"))[0]["status"] == 200
        assert (await _ask(application, where="/last"))[0]["status"] == 200

    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[]):
        asyncio.run(story())
    assert [(one[0], one[2], one[3]) for one in seen] == [("nothing", True, False)] * 2
    assert elsewhere not in [one[1] for one in seen]
