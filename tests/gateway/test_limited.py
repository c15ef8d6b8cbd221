"""Past requests and the limits they met: which bucket was empty, reckoned from the record."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.availability.limiting import By, Limit
from ringwall.gateway.availability.reckoning import level, wait_s
from ringwall.gateway.limited import Ending, Limiting, ending, looked_back_s
from ringwall.gateway.record_lines import PastRequest, read_line
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.current import all_sections

NOW: Final = 1_795_000_000.0
APP, ID = "app.localhost", "id.localhost"


BASE: Final = f"""
version: 1
edge: {{hosts: {{{APP}: {{}}, {ID}: {{}}}}}}
identity: {{host: {ID}}}
services: {{echo: {{addresses: ["127.0.0.1:7001"], owner: tests}}}}
routes:
  - {{name: plain, hosts: [{APP}], path: /plain, service: echo, sign_in: optional}}
  - name: found
    hosts: [{APP}]
    path: /found
    service: echo
    sign_in: optional
    purpose: search
    cost: 3
  - {{name: open, hosts: [{APP}], path: /open, service: echo, sign_in: none}}
"""


def limiting(text: str = "") -> Limiting:
    """The limits of a configuration with these instead of the built-in ones of those names."""
    text = f"{BASE}availability: {{limits: {{{text}}}}}\n"
    found = load_sources([(Path("ringwall.yaml"), text.encode())], all_sections(), root=Path())
    return Limiting(Wanted.of(found))


OF_ADDRESS: Final = "address: {by: address, rate: 1/m, burst: 5}"


def row(after: float = 0.0, **more: Any) -> PastRequest:
    at = datetime.fromtimestamp(NOW + after, UTC)
    line = {
        "time": at.isoformat(),
        "request_id": f"r{after}",
        "method": "GET",
        "host": APP,
        "path": "/plain",
        "status": 200,
        "details": "via_upstream",
        "route": "plain",
        "service": "recorder",
        "roles": None,
        "scopes": None,
        "strength": None,
        "proven": None,
        "client": "192.0.2.7",
        **more,
    }
    found = read_line(json.dumps(line).encode())
    assert found is not None
    return found


REFUSED: Final[dict[str, Any]] = {"status": 429, "details": "local_rate_limited"}
ADA: Final[dict[str, Any]] = {"user": "ada", "session": "one", "tenant": "north", "strength": "mfa"}


def guilty(limits: Limiting, one: PastRequest, rows: list[PastRequest], **how: bool) -> list[str]:
    weighed, _ = limits.weigh(one, rows, alarm=how.get("alarm", False))
    return [each.met.name for each in weighed if each.may_have_refused]


def test_the_empty_bucket_of_two_is_named() -> None:
    limits = limiting(OF_ADDRESS)
    before = [row(number / 1000) for number in range(5)]
    assert guilty(limits, row(0.01, **REFUSED), before) == ["address"]
    assert guilty(limits, row(0.01, **REFUSED), before[:3]) == []
    assert guilty(limits, row(0.01), before) == [], "it was let through"
    others = [one._replace(address="192.0.2.8") for one in before]
    assert guilty(limits, row(0.01, **REFUSED), others) == []


def test_another_host_has_buckets_of_its_own() -> None:
    limits = limiting(OF_ADDRESS)
    there = [row(number / 1000, host=ID, path="/accounts/", route="sign-in") for number in range(5)]
    refused = row(0.01, **REFUSED)
    assert guilty(limits, refused, there) == []
    assert guilty(limits, refused._replace(host=f"{ID.upper()}:8443"), there) == ["address"]


def test_whoever_was_known_had_passed_the_limits_of_addresses() -> None:
    limits, before = (
        limiting(f"{OF_ADDRESS}, user: {{by: user, rate: 1/m, burst: 5}}"),
        [row(n / 1000, **ADA) for n in range(5)],
    )
    assert guilty(limits, row(0.01, **ADA, **REFUSED), before) == ["user"]
    assert guilty(limits, row(0.01, **REFUSED), before) == ["address"]


def test_what_a_dear_route_took_counts_as_much_as_it_costs() -> None:
    limits = limiting("user: {by: user, rate: 1/m, burst: 9}")
    dear = [row(n / 1000, path="/found", route="found", **ADA) for n in range(3)]
    assert guilty(limits, row(0.01, **ADA, **REFUSED), dear) == ["user"]
    assert guilty(limits, row(0.01, **ADA, **REFUSED), dear[:2]) == []


def test_who_shows_a_persons_key_is_neither_person_nor_program() -> None:
    asked = limiting().arriving(row(user="ada", session="k1", tenant="north"))
    assert (asked.user, asked.program, asked.owner) == (None, None, "ada")
    names = {one.name for one in limiting().met_by(row(user="ada", session="k1"), alarm=True)}
    assert names == {"address", "network", "repeated"}


def test_people_are_not_counted_where_nobody_is_asked() -> None:
    limits = limiting()
    found = row(path="/open", route="open", **ADA)
    assert {one.name for one in limits.met_by(found, alarm=False)} == {"address", "network"}
    there = {one.name for one in limits.met_by(row(**ADA), alarm=False)}
    assert there == {"address", "network", "user", "tenant"}


def test_strangers_have_their_strict_limit_in_an_alarm() -> None:
    limits, refused = limiting(), row(9.0, **REFUSED)
    names = {one.name for one in limits.met_by(refused, alarm=True)}
    strict = {"nobody", "nobody, by network", "nobody, together"}
    assert names == {"address", "network", "repeated", *strict}
    many = [row(8.9 + n / 1000, path=f"/plain?{n}") for n in range(60)]
    assert guilty(limits, refused, many, alarm=True) == ["nobody"]
    assert guilty(limits, refused, many) == []
    known = [one._replace(user="ada") for one in many]
    assert guilty(limits, refused, known, alarm=True) == []


def test_pages_of_our_own_have_their_limits() -> None:
    posted = row(host=ID, method="POST", path="/accounts/login/", route="sign-in")
    names = {one.name for one in limiting().met_by(posted, alarm=False)}
    assert names == {"address", "network", "sign-in", "sign-in-network", "pages", "pages-network"}
    looked = {one.name for one in limiting().met_by(posted._replace(method="GET"), alarm=False)}
    assert looked == names - {"sign-in", "sign-in-network"}


def test_others_of_a_flood_are_counted() -> None:
    one = row(0.5, **REFUSED)
    others = [row(number / 1000, **REFUSED) for number in range(40)]
    _, count = limiting().weigh(one, [*others, row(1.2, **REFUSED), row(0.3), one], alarm=False)
    assert count == 40


@pytest.mark.parametrize(
    ("details", "status", "how"),
    [
        ("via_upstream", 200, Ending.PASSED),
        ("via_upstream", 429, Ending.SERVICE),
        ("local_rate_limited", 429, Ending.REFUSED),
        ("request_rate_limited", 429, Ending.REFUSED_TOGETHER),
        ("rbac_access_denied_matched_policy[shed-anonymous]", 503, Ending.OTHERWISE),
    ],
)
def test_only_a_limits_refusal_is_one(details: str, status: int, how: Ending) -> None:
    assert ending(row(details=details, status=status)) is how


@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(1, 4)), max_size=30),
    st.sampled_from(["1/s", "10/m", "3/s"]),
    st.integers(1, 20),
)
def test_a_bucket_holds_no_less_than_nothing_and_no_more_than_all(
    taken: list[tuple[float, int]], rate: str, burst: int
) -> None:
    limit = Limit(by=(By.ALL,), rate=rate, burst=burst)
    found = level(limit, sorted(taken), since=0, until=100)
    assert 0 <= found.tokens <= burst
    assert found.tokens >= min(burst, burst - sum(cost for _, cost in taken))
    assert wait_s(limit, found.tokens, 1) >= 1
    assert level(limit, [], since=0, until=1).tokens == burst


def test_a_bucket_is_looked_at_for_as_long_as_it_remembers() -> None:
    limits = limiting(OF_ADDRESS)
    met = [one for one in limits.met_by(row(), alarm=False) if one.name == "address"]
    assert looked_back_s(met) == 3 * 5 * 60
    slow = [replace(one, limit=one.limit.model_copy(update={"rate": "1/d"})) for one in met]
    assert looked_back_s(slow) == 86_400


def test_repeated_are_looks_at_the_same_place_whoever_asks() -> None:
    limits = limiting()

    def whose(**more: Any) -> list[dict[str, str]]:
        found = limits.met_by(row(**more), alarm=True)
        return [dict(one.whose) for one in found if one.name == "repeated"]

    stranger = {"asker": "192.0.2.7", "request": "/plain"}
    assert whose() == whose(method="HEAD") == [{"address": "192.0.2.7", "request": "/plain"}]
    assert whose(**ADA) == [stranger | {"asker": "ada"}]
    assert whose(user="robot", program="robot") == [stranger | {"asker": "robot"}]
    assert whose(method="POST") == []
    assert whose(path="/found", route="found") != whose()
