"""In peace and in alarm: what may be kept is asked for in nobody's name."""

from typing import Any

from tests.gateway.envoy.rendered import configuration, gateway

from ringwall.gateway.envoy.caching import MARK
from ringwall.gateway.envoy.challenge import CHALLENGE_FILTER
from ringwall.gateway.envoy.signed_in import TOKENS_FILTER, TOLD_OF_SOMEBODY
from ringwall.gateway.layout import EDGE
from ringwall.gateway.wanted import Wanted

Json = dict[str, Any]


def _entries(name: str) -> list[tuple[bool, Json]]:
    """The entries of that name, each with whether it is of the alarm."""
    edge = gateway().render(Wanted.of(configuration("protecting")))[EDGE]
    return [
        (alarm, entry)
        for alarm, tables in ((False, edge.tables), (True, edge.alarmed))
        for host in tables["edge"]["virtual_hosts"]
        for entry in host["routes"]
        if entry.get("name") == name
    ]


def _marked(entry: Json) -> bool:
    return MARK in {one["header"]["key"] for one in entry.get("request_headers_to_add", ())}


def test_no_name_goes_with_what_is_kept() -> None:
    found = [(alarm, one) for alarm, one in _entries("kept") if _marked(one)]
    assert len(found) == 4
    recognised = 0
    for alarm, one in found:
        taken = set(one["request_headers_to_remove"])
        assert taken >= {"authorization", "cookie", "x-api-key"}
        if "requirement_name" in one["typed_per_filter_config"][TOKENS_FILTER]:
            recognised += 1
            assert alarm
            assert taken >= set(TOLD_OF_SOMEBODY)
    assert recognised == 1  # so that people signed in are not taken for strangers in alarm


def test_nobody_has_to_prove_anything_to_hear_of_a_maintenance() -> None:
    found = _entries("orders")
    assert len(found) == 2
    for _, one in found:
        assert one["typed_per_filter_config"][CHALLENGE_FILTER]["disabled"]
