"""The ``availability`` section: what it takes, and what it says of what it does not take."""

from pathlib import Path
from typing import Final

import pytest

from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.availability.limiting import LIMITS
from ringwall.runtime.configuration import Configuration, ConfigurationError, Severity
from ringwall.runtime.configuration.loading import load_sources
from ringwall.runtime.configuration.rendering import plain
from ringwall.runtime.current import all_sections

BASE: Final = """
version: 1
edge: {hosts: {a.localhost: {}}}
services: {echo: {addresses: ["127.0.0.1:7001"], owner: tests}}
routes: [{name: all, hosts: [a.localhost], path: /**, service: echo}]
"""


def loaded(text: str) -> Configuration:
    return load_sources(
        [(Path("ringwall.yaml"), (BASE + text).encode())], all_sections(), root=Path()
    )


def limits(text: str) -> Availability:
    return loaded(text).one(Availability, AVAILABILITY)


def warnings(text: str) -> list[str]:
    found = loaded(text).warnings
    return [one.message for one in found if one.severity is Severity.WARNING]


def test_without_a_word_the_built_in_limits_hold() -> None:
    assert limits("").in_force() == dict(sorted(LIMITS.items()))
    assert [str(one) for one in limits("").exempt.networks] == ["127.0.0.1/32", "::1/128"]


def test_a_built_in_limit_is_changed_by_its_name_and_taken_out_by_null() -> None:
    found = limits(
        "availability: {limits: {address: {by: address, rate: 7/m, burst: 3}, network: null, "
        "more: {by: address, rate: 1000/h, burst: 900}}}"
    ).in_force()
    assert found["address"].rate == "7/m"
    assert "network" not in found
    assert list(found) == sorted(found)
    assert found["more"].burst == 900


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("limits: {address: {by: address, rate: fast, burst: 3}}", "such as 100/s, 10/m"),
        ("limits: {address: {by: address, rate: 0/s, burst: 3}}", "such as 100/s, 10/m"),
        ("limits: {address: {by: address, rate: 5/w, burst: 3}}", "such as 100/s, 10/m"),
        ("limits: {address: {by: adress, rate: 5/s, burst: 3}}", 'did you mean "address"'),
        ("limits: {address: {by: address, rate: 5/s, burst: 0}}", "from 1 to 10000000"),
        ("limits: {address: {by: address, rate: 5/s}}", "burst"),
        ("limits: {Address: {by: address, rate: 5/s, burst: 1}}", "lower-case"),
        ("exempt: {networks: [0.0.0.0/0]}", "everybody would be exempt"),
        ("exempt: {networks: [192.0.2.7/24]}", "has host bits set"),
        ("keys: 20", "from 100 to"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        loaded(f"availability: {{{text}}}")
    (message,) = map(plain, raised.value.problems)
    assert message.startswith("ringwall.yaml:6:")
    assert told in message


def test_a_limit_that_its_parent_makes_useless_is_told() -> None:
    (told,) = warnings("availability: {limits: {address: {by: address, rate: 600/s, burst: 9}}}")
    assert told.startswith("600/s is more than a network has (network: 500/s)")


def test_what_nobody_ever_meets_is_told() -> None:
    assert warnings("availability: {limits: {nothing: null}}") == [
        "there is no limit nothing to take out"
    ]
    assert warnings("availability: {limits: {mine: {by: user, rate: 1/s, burst: 9}}}") == [
        "nobody signs in here, so no user is ever known"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{by: [user, user], rate: 5/s, burst: 3}", "named twice"),
        ("{by: [all, address], rate: 5/s, burst: 3}", "goes with nothing else"),
        ("{by: [address, network], rate: 5/s, burst: 3}", "do not go together"),
        ("{by: [], rate: 5/s, burst: 3}", "by one to 3 of them"),
        ("{by: address, rate: 5/s, burst: 3, routes: [al]}", 'did you mean "all"'),
    ],
)
def test_limits_that_cannot_be_are_told(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        loaded(f"availability: {{limits: {{mine: {text}}}}}")
    assert told in "".join(map(plain, raised.value.problems))


def test_a_cost_that_nothing_could_pay_is_refused() -> None:
    dear = BASE.replace("service: echo}]", "service: echo, cost: 30}]")
    limits = "availability: {limits: {m: {by: all, rate: 5/s, burst: 9}}}"
    sources = [(Path("ringwall.yaml"), (dear + limits).encode())]
    with pytest.raises(ConfigurationError) as raised:
        load_sources(sources, all_sections(), root=Path())
    (message,) = map(plain, raised.value.problems)
    assert "no request would ever pass: the limit m holds 9" in message


def test_only_so_many_costs_are_told_apart() -> None:
    routes = ", ".join(
        f"{{name: r{n}, hosts: [a.localhost], path: /{n}, service: echo, cost: {n}}}"
        for n in range(2, 12)
    )
    text = BASE[: BASE.index("routes:")] + f"routes: [{routes}]\n"
    with pytest.raises(ConfigurationError) as raised:
        load_sources([(Path("ringwall.yaml"), text.encode())], all_sections(), root=Path())
    (message,) = map(plain, raised.value.problems)
    assert "more than 8 different costs" in message


def test_a_purpose_that_no_route_has_is_told() -> None:
    assert warnings(
        "availability: {limits: {m: {by: all, rate: 1/s, burst: 9, purpose: reset}}}"
    ) == ["no route has the purpose reset"]


def test_this_machine_exempt_behind_proxies_is_told_with_the_way_to_mend_it() -> None:
    proxied = BASE.replace("{a.localhost: {}}", "{a.localhost: {}}, trusted_hops: 1")
    assert proxied != BASE

    def told(text: str) -> list[str]:
        files = [(Path("ringwall.yaml"), (proxied + text).encode())]
        return [one.message for one in load_sources(files, all_sections(), root=Path()).warnings]

    (one,) = told("")
    assert "availability.exempt.networks" in one
    assert "trusted" not in "".join(warnings(""))
    assert told("availability: {exempt: {networks: []}}") == []
    assert told("availability: {exempt: {networks: [127.0.0.1/32]}}") == []
