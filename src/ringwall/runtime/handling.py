"""Django behind ASGI: a request is answered in one thread of several that stay."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Final

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import connections
from django.urls import set_script_prefix

_log = logging.getLogger(__name__)

THREADS: Final = 32
"""Most requests at a time; one that asks somebody else's server may hold its thread for seconds."""
APART: Final = 4
"""Threads besides for what must never wait behind all the others."""


class OneThread(ASGIHandler):
    """Runs all that leads to an answer in one thread, and what follows it once it is sent.

    What follows an answer is meant to take its time unseen: nobody learns from how long an answer
    took whether a mail was written. All of ours is synchronous. Django's own handler would go from
    the loop to a thread and back several times a request, and begin a thread and a connection to
    the database for each.
    """

    def __init__(self, threads: int = THREADS, *, apart: str | None = None) -> None:
        """``apart`` is a path whose requests have :data:`APART` threads of their own."""
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._apart = ThreadPoolExecutor(APART, thread_name_prefix="apart")
        self._path_apart = apart

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; what we serve is small, so answers are sent in one piece."""
        if scope["type"] != "http":
            msg = f"only HTTP is answered here, not {scope['type']}"
            raise ValueError(msg)
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop, context = asyncio.get_running_loop(), copy_context()
        threads = self._apart if scope["path"] == self._path_apart else self._threads
        with body:
            answer, start, content = await loop.run_in_executor(
                threads, context.run, self._answer, scope, body
            )
            try:
                await send(start)
                await send({"type": "http.response.body", "body": content})
            finally:
                await loop.run_in_executor(threads, context.run, _finish, answer)

    def _answer(self, scope: Any, body: Any) -> tuple[Any, dict[str, Any], bytes]:
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        request, refused = self.create_request(scope, body)
        answer: Any = refused if request is None else self.get_response(request)
        answer._handler_class = type(self)  # noqa: SLF001 - for its last signal
        try:
            return answer, _start(answer), _content(answer)
        except BaseException:
            answer.close()
            raise
        finally:
            _end_what_was_left()


def _finish(answer: Any) -> None:
    try:
        answer.close()
    finally:
        _end_what_was_left()


def _end_what_was_left() -> None:
    """Take a transaction back that a request began and did not end: the next is none of it.

    Django closes connections that are out of date, but none that is within a transaction.
    """
    for one in connections.all(initialized_only=True):
        if one.in_atomic_block or (one.connection is not None and not one.get_autocommit()):
            _log.error("a request left a transaction open: it is taken back")
            one.close()
            del connections[one.alias]  # it would believe to be within the transaction for good


def _start(answer: Any) -> dict[str, Any]:
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in answer.items()]
    cookies = (one.OutputString().encode("ascii") for one in answer.cookies.values())
    headers += [(b"Set-Cookie", one) for one in cookies]
    return {"type": "http.response.start", "status": answer.status_code, "headers": headers}


def _content(answer: Any) -> bytes:
    found = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(found)
