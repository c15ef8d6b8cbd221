"""What a new configuration would change is told in words, with values as they are written."""

import pytest
from tests.runtime.configuration.sample import GOOD, SECTIONS

from ringwall.runtime.configuration import load_text
from ringwall.runtime.configuration.differences import Change, Kind, differences, singular


def words(old: str, new: str) -> list[str]:
    found = differences(load_text(old, SECTIONS), load_text(new, SECTIONS))
    back = differences(load_text(new, SECTIONS), load_text(old, SECTIONS))
    assert len(found) == len(back)
    return [change.words() for change in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("timeout: 30s", "timeout: 1500ms", ["route checkout: timeout 30s -> 1500ms"]),
        ("timeout: 30s", "timeout: 0.5m", []),
        ("    timeout: 30s\n", "", ["route checkout: timeout 30s -> 15s"]),
        ("heap: 512MiB", "heap: 1GiB", ["edge.heap: 512MiB -> 1GiB"]),
        ("attempts: 2", "attempts: 3", ["route checkout: retries.attempts 2 -> 3"]),
        ("streaming: true", "streaming: false", ["route checkout: streaming true -> false"]),
        (
            "    retries: {attempts: 2, per_try: 250ms}\n",
            "",
            ["route checkout: retries {attempts: 2, per_try: 250ms} removed"],
        ),
        ("methods: [GET, POST]", "methods: [POST, PUT]", [
            "route checkout: methods GET removed",
            "route checkout: methods PUT added",
        ]),
        (
            "methods: [GET, POST]",
            "methods: [POST, GET]",
            ["route checkout: methods [GET, POST] -> [POST, GET]"],
        ),
        ("calls: [billing]", "calls: []", ["service orders: calls billing removed"]),
        ('PORT: "7002"', 'PORT: "7003"', ["service orders: environment.PORT 7002 -> 7003"]),
        (
            ", COUNTRY: no",
            ", LAND: no",
            [
                "service orders: environment.COUNTRY no removed",
                "service orders: environment.LAND no added",
            ],
        ),
        (
            "    shop.localhost: {certificate: {source: local}}\n",
            "    shop.localhost: {}\n    new.localhost: {}\n",
            ["edge.hosts: new.localhost added"],
        ),
        (
            "{source: local}",
            "{source: file, chain: c, key: k}",
            [
                "edge.hosts.shop.localhost.certificate.source: local -> file",
                "edge.hosts.shop.localhost.certificate.chain: c added",
                "edge.hosts.shop.localhost.certificate.key: k added",
            ],
        ),
        (
            "${env:ACME_KEY}",
            "${file:/run/key}",
            ["edge.acme.account.hmac_key: ${env:ACME_KEY} -> ${file:/run/key}"],
        ),
        ("tls: none\n", "tls: server\n", ["service orders: tls none -> server"]),
        ("name: checkout", "name: buy", ["route checkout: removed", "route buy: added"]),
        ("[127.0.0.1:7002]", "['127.0.0.1:7003']", [
            "service orders: addresses 127.0.0.1:7002 removed",
            "service orders: addresses 127.0.0.1:7003 added",
        ]),
    ],
)  # fmt: skip
def test_a_change_is_told_in_words(before: str, after: str, expected: list[str]) -> None:
    assert before in GOOD
    assert words(GOOD, GOOD.replace(before, after)) == expected


def test_items_come_and_go() -> None:
    head = "version: 1\nedge: {hosts: {a: {}}}\nservices:\n"
    one = head + "  a: {addresses: [x:1], owner: me}\n"
    two = head + "  b: {addresses: [x:1], owner: me}\n"
    assert words(one, two) == ["service a: removed", "service b: added"]


def test_the_order_of_a_list_is_part_of_it() -> None:
    head = "version: 1\nedge: {hosts: {a: {}}}\nservices: {s: {addresses: [x:1], owner: me}}\n"
    head += "routes:\n"
    one, two = (f"  - {{name: {n}, hosts: [a], service: s}}\n" for n in ("one", "two"))
    assert words(head + one + two, head + two + one) == ["routes.order: [one, two] -> [two, one]"]
    assert words(head + one + one, head + one) == ["route one (2): removed"]


def test_the_order_of_a_map_is_not() -> None:
    head = "version: 1\nservices:\n"
    one, two = (f"  {n}: {{addresses: [x:1], owner: me}}\n" for n in "ab")
    assert words(head + one + two, head + two + one) == []


def test_how_it_is_written_does_not_matter() -> None:
    assert words(GOOD, "# a comment\n" + GOOD.replace("heap: 512MiB", "heap: 536870912")) == []


def test_a_change_as_data() -> None:
    old, new = load_text(GOOD, SECTIONS), load_text(GOOD.replace("30s", "31s"), SECTIONS)
    (change,) = differences(old, new)
    assert change == Change(
        kind=Kind.CHANGED,
        section="routes",
        name="checkout",
        field="timeout",
        before="30s",
        after="31s",
    )
    assert change.to_json() == {
        "kind": "changed",
        "section": "routes",
        "name": "checkout",
        "field": "timeout",
        "before": "30s",
        "after": "31s",
        "words": "route checkout: timeout 30s -> 31s",
    }


def test_control_characters_are_neutralised() -> None:
    change = Change(kind=Kind.ADDED, section="services", name="a\x1b[2J")
    assert change.words() == "service a\\x1b[2J: added"


def test_what_one_item_is_called() -> None:
    assert [singular(key) for key in ("routes", "policies", "edge")] == ["route", "policy", "edge"]
