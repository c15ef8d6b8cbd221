"""What is said about answers that the edge is to have ready."""

from typing import Any

import pytest
from tests.gateway.test_checks import judge

from ringwall.runtime.configuration import Problem, Severity

FOREVER = "2999-01-01T00:00:00Z"


def only(**changes: Any) -> Problem:
    """The one thing that is said about the routes."""
    _, problems = judge(**changes)
    (found,) = [one for one in problems if one.path[0] in {"routes", "services", "availability"}]
    return found


def test_a_maintenance_that_should_be_over_is_told() -> None:
    found = only(routes__0__maintenance={"until": "2026-01-01T06:00Z"})
    assert found.severity is Severity.WARNING
    assert found.path == ("routes", 0, "maintenance", "until")
    assert "goes on" in found.message
    for good in ({}, {"until": FOREVER}, {"until": "2999-01-01T00:00+05:30", "text": "soon"}):
        assert judge(routes__0__maintenance=good)[1] == ()


@pytest.mark.parametrize("until", ["tomorrow", "2999-01-01T00:00:00", "2999-01-01"])
def test_a_time_without_a_zone_is_refused(until: str) -> None:
    found = only(routes__0__maintenance={"until": until})
    assert found.severity is Severity.ERROR
    assert "a time with its zone" in str(found.allowed)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 8193}, "text"),
        ({"content_type": "text/html\r\nset-cookie: a=b"}, "content_type"),
        ({"status": 204}, "status"),
        ({"retry_after": "0s"}, "retry_after"),
    ],
)
def test_what_cannot_be_answered_is_refused(given: dict[str, Any], key: str) -> None:
    found = only(routes__0__when_gone=given)
    assert found.severity is Severity.ERROR
    assert found.path == ("routes", 0, "when_gone", key)


def test_grpc_has_no_pages() -> None:
    found = only(routes__2__when_gone={})
    assert found.severity is Severity.ERROR
    assert "trailers" in found.message


def test_when_to_come_again_is_told_with_a_failure_only() -> None:
    found = only(routes__0__when_gone={"status": 200, "retry_after": "5s"})
    assert found.severity is Severity.WARNING
    assert judge(routes__0__when_gone={"retry_after": "5s"})[1] == ()


@pytest.mark.parametrize("sign_in", [None, "required", "optional"])
def test_what_is_kept_is_for_nobody_in_particular(sign_in: str | None) -> None:
    given: dict[str, Any] = {"routes__0__cache": {}, "routes__0__sign_in": sign_in}
    given |= {"identity__host": "id.example", "edge__hosts__id.example": {}}
    text, problems = judge(**given)
    found = [one for one in problems if one.path == ("routes", 0, "cache")]
    assert [one.severity for one in found] == [Severity.ERROR], text
    assert "asks who is there" in found[0].message
    given["routes__0__sign_in"] = "none"
    assert not [one for one in judge(**given)[1] if one.path[0] == "routes"]


def test_answers_are_kept_where_there_is_a_place_for_them() -> None:
    assert "has none" in only(routes__3__cache={}).message
    assert "no end" in only(routes__0__cache={}, routes__0__streaming=True).message
    assert only(routes__1__cache={}).severity is Severity.WARNING
    assert only(routes__0__cache={"query": ["a b"]}).severity is Severity.ERROR
    assert judge(routes__0__cache={"query": ["page", "q.x"]})[1] == ()


def test_connections_that_end_soon_cost_more_than_they_save() -> None:
    found = only(availability={"connections": {"requests": 20}})
    assert found.severity is Severity.WARNING
    free = {"connections": {"handshakes": None, "read_within": None, "requests": None}}
    assert judge(availability=free)[1] == ()
    assert only(availability={"connections": {"handshakes": 0}}).severity is Severity.ERROR


def test_what_is_judged_in_the_sidecar_needs_one() -> None:
    for key in ("adaptive", "admission"):
        assert judge(services__api__circuit={key: True})[1] == ()
        found = only(services__paid__circuit={key: True})
        assert found.severity is Severity.ERROR
        assert found.path == ("services", "paid", "circuit", key)


@pytest.mark.parametrize("key", ["streaming", "websocket"])
def test_what_never_ends_tells_nothing_of_how_long_answers_take(key: str) -> None:
    found = only(services__web__circuit={"adaptive": True}, **{f"routes__0__{key}": True})
    assert found.severity is Severity.ERROR
    assert '"web"' in found.message


def test_one_of_the_two_is_judged_with_grpc() -> None:
    both = {"adaptive": True, "admission": True}
    assert judge(services__web__circuit=both)[1] == ()
    found = judge(services__words__circuit=both, services__words__tls="mutual")[1]
    assert ("services", "words", "circuit", "admission") in {one.path for one in found}
