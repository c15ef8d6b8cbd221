"""Who acts now: said once for a request, a command or a job, known wherever something is recorded.

Who is behind a request is known only as it goes on, so what is kept is how to find out.
"""

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import cache

from ringwall.core.events import NOBODY, Actor, Host, Kind

Find = Callable[[], Actor]

_acting: ContextVar[Find | None] = ContextVar("ringwall_acting", default=None)


def current_actor() -> Actor:
    """Who acts now; Ringwall itself where nobody was named."""
    find = _acting.get()
    return NOBODY if find is None else find()


@contextmanager
def acting_as(actor: Actor | Find) -> Iterator[None]:
    """Within this, it is they who act."""
    token = begin(actor)
    try:
        yield
    finally:
        _acting.reset(token)


def begin(actor: Actor | Find) -> Token[Find | None]:
    """From now on it is they, in this context; :func:`end` takes it back."""
    return _acting.set((lambda: actor) if isinstance(actor, Actor) else actor)


def end() -> None:
    """From now on nobody is known to act."""
    _acting.set(None)


def by_job(name: str) -> Actor:
    """A job of the worker, in one run."""
    return Actor(
        channel="job",
        kind=Kind.SYSTEM,
        app_name="ringwall worker",
        invoked_by=name,
        host=host().name,
        request=new_id(),
    )


def new_id() -> str:
    """An id that nobody has had: of an event, or of what belongs together."""
    return secrets.token_hex(16)


@cache
def host() -> Host:
    """The machine that this runs on."""
    return Host(socket.gethostname())
