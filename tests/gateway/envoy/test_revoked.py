"""What is revoked is looked for where it can stand, and nowhere else."""

from typing import Any

from ringwall.gateway.envoy.revoked import revoked
from ringwall.gateway.envoy.signed_in import GRANTED, TOLD
from ringwall.identity.kinds import GRANT, TOKEN

Json = dict[str, Any]


def looked_up(values: dict[str, tuple[str, ...]]) -> list[tuple[str, list[str]]]:
    """The headers that are looked at, in order, and the values that are refused in each."""
    found = []
    matcher = revoked(values)["typed_config"].get("matcher")
    while matcher is not None:
        tree = matcher["matcher_tree"]
        header = tree["input"]["typed_config"]["header_name"]
        found.append((header, sorted(tree["exact_match_map"]["map"])))
        matcher = matcher["on_no_match"].get("matcher")
    return found


def test_with_nothing_revoked_nothing_is_looked_at() -> None:
    assert looked_up({}) == []
    assert looked_up({"session": (), "user": (), "tenant": ()}) == []


def test_grants_and_single_tokens_have_headers_of_their_own() -> None:
    found = looked_up({"session": ("sAda", f"{GRANT}1", f"{TOKEN}2"), "tenant": ("north",)})
    assert found == [
        ("x-ringwall-session", [f"{GRANT}1", "sAda", f"{TOKEN}2"]),
        ("x-ringwall-grant", [f"{GRANT}1"]),
        ("x-ringwall-token-id", [f"{TOKEN}2"]),
        ("x-ringwall-tenant", ["north"]),
    ]


def test_every_header_looked_at_comes_from_a_verified_token() -> None:
    everything = {"session": (f"{GRANT}1", f"{TOKEN}2"), "user": ("u",), "tenant": ("t",)}
    known = {*TOLD, *GRANTED}
    assert {header for header, _ in looked_up(everything)} <= known
