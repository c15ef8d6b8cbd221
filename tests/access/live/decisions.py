"""An Envoy that has the policies of several worlds, and what it must say in each."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.access.cases import Case, moved_to
from tests.access.generating import Asked
from tests.access.live.envoys import ask, headers_of, path_of, running, virtual_host

from ringwall.access.compiler.rules import DEFAULT
from ringwall.gateway.envoy.permissions import PROOF, UNKNOWN


def cases_from(first: int, count: int) -> list[Case]:
    """Worlds with few policies and with more, simple and nested."""
    numbers = range(first, first + count)
    return [Case(number, count=1 + number % 12, depth=number % 4) for number in numbers]


@contextmanager
def deciding(folder: Path, cases: Sequence[Case]) -> Iterator[HTTPConnection]:
    """An Envoy that decides as they do, and a connection to it."""
    hosts = [virtual_host(f"c{c.number}", f"*.case{c.number}.test", c.compiler) for c in cases]
    assert not any(case.compiler.refused for case in cases)
    with running(folder, hosts) as connection:
        yield connection


def require_as_cedar(case: Case, asked: Asked, envoy: HTTPConnection) -> bool | None:
    """Insist that Envoy decides as Cedar does, and names a policy that Cedar names too.

    Whether it was allowed; ``None`` when the clock decided otherwise while it was asked.
    """
    started = int(time.time())
    asked = moved_to(asked, started)
    answer = ask(
        envoy,
        asked.method,
        path_of(asked.route, asked.request),
        headers_of(asked.request, case.host(asked)),
    )
    if case.turns(asked, int(time.time()) - started):
        return None
    said = case.decided(asked)
    where = (case.number, case.text, asked, said, answer)
    assert answer.status == (200 if said.allowed else 403), where
    if asked.method != "HEAD" and answer.by not in {PROOF, UNKNOWN}:
        by = set() if answer.by == DEFAULT else set(answer.by.split())
        assert by <= set(said.policies), where
        assert bool(by) == bool(said.policies) or case.is_closed(asked), where
    return said.allowed
