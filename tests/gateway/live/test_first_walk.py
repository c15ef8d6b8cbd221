"""A request's walk: TLS 1.3 at the edge, mutual TLS inside, to a service nothing else reaches."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from tests.gateway.live.stage import Stage, header

from ringwall.gateway import watches
from ringwall.gateway.layout import EDGE
from ringwall.gateway.wanted import Wanted

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("http2", [False, True])
def test_a_request_reaches_the_service_with_the_edges_identity(stage: Stage, http2: bool) -> None:
    with stage.client(http2=http2) as client:
        answer = client.post("https://app.localhost/a/b?c=d", content=b"x" * 1000)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["method"], told["path"], told["query"]) == ("POST", "/a/b", "c=d")
    assert told["body_bytes"] == 1000
    assert header(told, "x-forwarded-proto") == ["https"]
    (caller,) = header(told, "x-forwarded-client-cert")
    parts = dict(part.split("=", 1) for part in caller.split(";"))
    assert parts.pop("Hash")
    assert parts == {
        "By": "spiffe://ringwall.internal/service/echo",
        "URI": "spiffe://ringwall.internal/service/edge",
    }


def test_a_calm_start_warns_of_nothing(stage: Stage) -> None:
    told = [json.loads(line) for line in (stage.folder / "up.log").read_text().splitlines()]
    assert "edge" in {word for one in told for word in one["message"].split()}
    assert [one for one in told if one["level"] != "info"] == []


def test_a_running_edge_has_opened_as_many_watches_as_were_foretold(stage: Stage) -> None:
    running = stage.gateway()
    current = running.in_force()
    assert current is not None
    foretold = watches.instances(running.render(Wanted.of(current))[EDGE])
    opened = _opened(stage.pid(EDGE))
    assert opened <= foretold <= opened + 2


def _opened(pid: int) -> int:
    links = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since they were listed
            links.append(str(one.readlink()))
    return links.count("anon_inode:inotify")
