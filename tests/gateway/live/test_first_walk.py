"""A request's walk: TLS 1.3 at the edge, mutual TLS inside, to a service nothing else reaches."""

import pytest
from tests.gateway.live.stage import Stage, header

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
