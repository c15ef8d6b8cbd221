"""Limits as they are built: for which host, in peace as in alarm, and of whom."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.gateway.envoy.rendered import SECTIONS, gateway

from ringwall.gateway.envoy import http, limits
from ringwall.gateway.envoy.reached import elsewhere
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.layout import EDGE
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import load_sources

Json = dict[str, Any]
APP, WILD, ID = "app.example", "*.app.example", "id.example"
BASE: Final = f"""
version: 1
identity: {{host: {ID}}}
services: {{echo: {{addresses: ["127.0.0.1:7001"], owner: tests}}}}
routes:
  - {{name: asked, hosts: [{APP}, "{WILD}"], path: /asked, service: echo}}
  - {{name: open, hosts: [{APP}], path: /open, service: echo, sign_in: none}}
  - {{name: login, hosts: [{APP}], path: /login, service: echo, sign_in: none, purpose: sign-in}}
"""


@cache
def rendered(edge: str = "", availability: str = "") -> Rendering:
    text = f"""{BASE}
edge: {{hosts: {{{APP}: {{}}, "{WILD}": {{}}, {ID}: {{}}}}{edge}}}
availability: {{exempt: {{networks: [192.0.2.0/24]}}{availability}}}
"""
    found = load_sources([(Path("ringwall.yaml"), text.encode())], SECTIONS, root=Path("/srv/app"))
    return gateway().render(Wanted.of(found))[EDGE]


def entries(table: Json, host: str) -> list[Json]:
    (found,) = [one for one in table["virtual_hosts"] if one["name"] == host]
    routes: list[Json] = found["routes"]
    return routes


def chains(one: Rendering) -> dict[str, Json]:
    (listener,) = [each for each in one.listeners if each["name"] == "edge"]
    return {each["name"].removeprefix("host "): each for each in listener["filter_chains"]}


def remembered(chain: Json) -> list[str]:
    return [
        value["format_string"]["text_format_source"]["inline_string"]
        for one in chain["filters"]
        for value in one["typed_config"].get("on_new_connection", ())
        if value["object_key"] == "ringwall.host"
    ]


def descriptors(one: Rendering, name: str) -> list[Json]:
    found: list[Json] = one.filters[name]["typed_config"]["descriptors"]
    return found


def test_every_host_refuses_what_was_not_meant_for_its_connections() -> None:
    numbers = {host: remembered(chain) for host, chain in chains(rendered()).items()}
    assert len({one for (one,) in numbers.values()}) == 3
    for table in (rendered().tables["edge"], rendered().alarmed["edge"]):
        for host, (number,) in numbers.items():
            (refusing,) = [
                at
                for at, one in enumerate(entries(table, host))
                if one.get("direct_response", {}).get("status") == 421
            ]
            assert entries(table, host)[refusing]["match"] == elsewhere(host)
            (asked,) = elsewhere(host)["filter_state"]
            (only,) = asked["address_match"]["ranges"]
            assert (only["address_prefix"], only["prefix_len"]) == (number, 128)
            before = entries(table, host)[:refusing]
            assert not [one for one in before if "route" in one], "nothing leads anywhere before"


def test_proxies_may_bring_requests_for_all_hosts_on_one_connection() -> None:
    proxied = rendered(", trusted_hops: 1")
    assert [remembered(chain) for chain in chains(proxied).values()] == [[]] * 3
    assert "421" not in str(proxied.tables["edge"])


def test_no_limit_of_people_begins_to_count_on_open_routes_in_an_alarm() -> None:
    for table in (rendered().tables["edge"], rendered().alarmed["edge"]):
        found = [each for each in entries(table, APP) if each.get("name") == "open"]
        assert found
        for one in found:
            filters = one["typed_per_filter_config"]
            assert filters[limits.IDENTITY_FILTER] == http.without_filter()


def test_limits_with_a_purpose_are_counted_by_one_filter_in_peace_and_in_alarm() -> None:
    named = {
        entry["value"]
        for one in descriptors(rendered(), limits.PURPOSE_FILTER)
        for entry in one["entries"]
        if entry["key"] == "limit"
    }
    assert named == {
        *("sign-in", "sign-in-network", "sign-up", "reset", "pages", "pages-network"),
    }
    for name in (limits.ADDRESS_FILTER, limits.APART_FILTER):
        assert not named & set(str(rendered().filters[name]).split("'"))
    for table in (rendered().tables["edge"], rendered().alarmed["edge"]):
        on = [
            (one["match"].get("path") or one["match"].get("prefix"), one.get("name"))
            for host in (APP, ID)
            for one in entries(table, host)
            if one.get("typed_per_filter_config", {}).get(limits.PURPOSE_FILTER)
            == http.with_filter()
        ]
        assert ("/login", "login") in on
        assert ("/accounts/login", "sign-in") in on
        assert not {name for _, name in on} & {"open", "asked"}


def test_what_counts_all_together_stands_in_the_same_filter_for_every_request() -> None:
    together = rendered("", ", limits: {few: {by: all, rate: 100/s, burst: 100}}")
    # Of looks at pages two each, with and without a cookie.
    assert len(descriptors(together, limits.PURPOSE_FILTER)) == 9
    assert "'all'" not in str(together.filters[limits.APART_FILTER])
    for found, is_off in ((together, False), (rendered(), True)):
        manager = chains(found)[APP]["filters"][-1]["typed_config"]
        (one,) = [each for each in manager["http_filters"] if each["name"] == limits.PURPOSE_FILTER]
        assert one.get("disabled", False) is is_off


def test_repeated_requests_of_strangers_and_of_the_known_are_counted_in_an_alarm() -> None:
    found = rendered().filters[limits.ALARM_FILTER]["typed_config"]
    kinds = {tuple(entry["key"] for entry in one["entries"]) for one in found["descriptors"]}
    known = ("limited", "asker", "look", "request")
    assert kinds == {known, ("limited", "nobody", "masked_remote_address", "look", "request")}
    assert limits.ALARM_FILTER in str(rendered().alarmed["edge"])
    assert limits.ALARM_FILTER not in str(rendered().tables["edge"])
    for one in found["rate_limits"]:
        (look,) = [
            each["header_value_match"]
            for each in one["actions"]
            if each.get("header_value_match", {}).get("descriptor_key") == "look"
        ]
        assert look["headers"] == [
            {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}
        ]
        assert "METHOD" not in str(one), "HEAD and GET have one bucket"
