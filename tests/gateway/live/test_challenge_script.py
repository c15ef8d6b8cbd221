"""The script of the challenge in a real Envoy: its hash, whom it asks, which passes it takes."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from ipaddress import ip_address, ip_network
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.live.lone import lone_envoy
from tests.gateway.live.solving import NAVIGATION, opens, question, solved, with_pass
from tests.ports import free_port

from ringwall.gateway.availability.challenge import Challenge
from ringwall.gateway.envoy.challenge import CHALLENGE_TYPE, filled, page_reply
from ringwall.gateway.envoy.http import router
from ringwall.gateway.envoy.resources import extension
from ringwall.gateway.envoy.salting import Asking, Salt

pytestmark = pytest.mark.e2e

_HERE, _NEIGHBOUR, _ELSEWHERE = "198.51.100.7", "198.51.100.200", "198.51.101.7"
_HERE6, _NEIGHBOUR6, _ELSEWHERE6 = "2001:db8:5:1::7", "2001:db8:5:ffff::1", "2001:db8:6:1::7"
_LASTS: Final = 7200
_YOUNGER_SINCE: Final = 3600
"""The younger salt is so many seconds old as tests begin: however long they take, both are there
for a pass that holds."""

_HASHING = """
function envoy_on_request(handle)
  local given = handle:headers():get("x-text")
  if given == nil then
    return ringwall_challenge(handle)
  end
  local text = given:gsub("%x%x", function(two) return string.char(tonumber(two, 16)) end)
  handle:respond({ [":status"] = "200", ["x-hash"] = hex(sha256(text)) }, "")
end
"""


@dataclass
class Answer:
    status: int
    passed: bool
    text: str
    headers: dict[str, str]

    @property
    def is_question(self) -> bool:
        return self.status == 503 and "data-challenge" in self.text


class Edge:
    """Envoy with this one filter, which takes the client's address from a header."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def ask(
        self,
        headers: Mapping[str, str],
        *,
        address: str = _HERE,
        host: str = "a.example",
        path: str = "/",
        method: str = "GET",
    ) -> Answer:
        given = {**headers, "host": host, "x-forwarded-for": address}
        self._connection.request(method, path, headers=given)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told.get("x-seen") == "1", text, told)


_CHALLENGE = Challenge.model_validate(
    {
        "hosts": ["a.example", "b.example", "*.c.example"],
        "lasts": f"{_LASTS}s",
        "difficulty": {"least": 10, "most": 12},
    }
)
_SALT, _YOUNGER = "00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"


def _bootstrap(port: int, salts: list[Salt]) -> dict[str, Any]:
    script = filled(
        _CHALLENGE,
        asking=Asking(tuple(salts), 1),
        exempt=[ip_network("203.0.113.0/25"), ip_network("2001:db8:ee::/48")],
    )
    lua = extension("lua", CHALLENGE_TYPE, default_source_code={"inline_string": script + _HASHING})
    seen = {"header": {"key": "x-seen", "value": "%REQ(x-ringwall-passed)%"}}
    manager = extension(
        "manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="edge",
        use_remote_address=True,
        xff_num_trusted_hops=1,
        local_reply_config={"mappers": [page_reply(_CHALLENGE)]},
        http_filters=[lua, router()],
        route_config={
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "direct_response": {"status": 200}}],
                    "response_headers_to_add": [seen],
                }
            ]
        },
    )
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    return {
        "static_resources": {
            "listeners": [
                {"name": "edge", "address": address, "filter_chains": [{"filters": [manager]}]}
            ]
        }
    }


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    port, now = free_port(), int(time.time())
    salts = [Salt(now - 2 * _LASTS, _SALT), Salt(now - _YOUNGER_SINCE, _YOUNGER)]
    with lone_envoy(tmp_path_factory.mktemp("challenge"), port, _bootstrap(port, salts)) as made:
        yield Edge(made)


@given(text=st.binary(min_size=1, max_size=300))
@settings(max_examples=300)
def test_its_hash_is_sha_256(edge: Edge, text: bytes) -> None:
    answer = edge.ask({"x-text": text.hex()})
    assert answer.headers["x-hash"] == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize("length", range(1, 200))
def test_and_at_every_end_of_a_block(edge: Edge, length: int) -> None:
    answer = edge.ask({"x-text": (b"\xff" * length).hex()})
    assert answer.headers["x-hash"] == hashlib.sha256(b"\xff" * length).hexdigest()


def test_who_has_solved_it_comes_in_and_is_said_to_have(edge: Edge) -> None:
    asked = edge.ask(NAVIGATION)
    assert asked.is_question
    assert asked.headers["cache-control"] == "no-store"
    assert asked.headers["retry-after"] == "10"
    value = solved(asked.text)
    for _ in range(2):  # checked, then remembered
        answer = edge.ask(with_pass(value))
        assert (answer.status, answer.passed) == (200, True)
    assert edge.ask({"cookie": f"__Host-ringwall-pass={value}"}).passed  # what the page fetches
    assert edge.ask(with_pass(value), address=_NEIGHBOUR).passed
    assert edge.ask(with_pass(value), host="A.example:8443").passed


@pytest.mark.parametrize(
    ("first", "neighbour", "elsewhere"),
    [
        (_HERE, _NEIGHBOUR, _ELSEWHERE),
        (_HERE6, _NEIGHBOUR6, _ELSEWHERE6),
        (f"::ffff:{_HERE}", _HERE, _HERE6),
    ],
)
def test_a_pass_is_for_one_network(edge: Edge, first: str, neighbour: str, elsewhere: str) -> None:
    value = _solved_there_alone(edge.ask(NAVIGATION, address=first).text, (elsewhere, "a.example"))
    assert edge.ask(with_pass(value), address=first).passed
    assert edge.ask(with_pass(value), address=neighbour).passed
    answer = edge.ask(with_pass(value), address=elsewhere)
    assert answer.is_question
    assert not answer.passed
    seed, issued, bits = question(answer.text)
    assert seed == _seed(int(issued), _YOUNGER, bits=int(bits), address=elsewhere)


def test_a_pass_is_for_one_host(edge: Edge) -> None:
    others = ("b.example", "x.c.example")
    value = _solved_there_alone(edge.ask(NAVIGATION).text, *((_HERE, host) for host in others))
    for host in others:
        assert edge.ask(with_pass(value), host=host).is_question
    page = edge.ask(NAVIGATION, host="x.c.example").text
    other = _solved_there_alone(page, (_HERE, "y.c.example"))
    assert edge.ask(with_pass(other), host="x.c.example").passed
    assert edge.ask(with_pass(other), host="y.c.example").is_question


def test_hosts_that_are_not_named_are_left_alone(edge: Edge) -> None:
    for host in ("d.example", "c.example", "x.y.c.example"):
        assert edge.ask(NAVIGATION, host=host).status == 200


def test_a_pass_ends(edge: Edge) -> None:
    """Made here as the edge makes it, for moments before and after the one at which it ends."""
    now = int(time.time())
    assert edge.ask(with_pass(_made(now - _LASTS + 600, _SALT, bits=11))).passed
    for issued in (now - _LASTS - 1, now - _LASTS - 500, now + 30):
        assert edge.ask(with_pass(_made(issued, _SALT, bits=11))).is_question


def test_a_seed_is_made_with_the_salt_of_its_time(edge: Edge) -> None:
    now = int(time.time())
    late, early = now - 30, now - _LASTS + 600
    assert edge.ask(with_pass(_made(late, _YOUNGER, bits=11))).passed
    assert edge.ask(with_pass(_made(late, _SALT, bits=11, right=_YOUNGER))).is_question
    assert edge.ask(with_pass(_made(early, _YOUNGER, bits=11, right=_SALT))).is_question


def test_a_pass_that_was_too_easy_is_none(edge: Edge) -> None:
    now = int(time.time())
    assert edge.ask(with_pass(_made(now, _YOUNGER, bits=10))).passed
    assert edge.ask(with_pass(_made(now, _YOUNGER, bits=9))).is_question
    assert edge.ask(with_pass(_made(now, _YOUNGER, bits=13))).is_question  # nobody was asked that


def test_made_up_passes_are_none(edge: Edge) -> None:
    page = edge.ask(NAVIGATION).text
    seed, issued, bits = question(page)
    earlier = _seed(int(issued) - 1, _YOUNGER, bits=int(bits))
    easier = _seed(int(issued), _YOUNGER, bits=10)
    value = solved(page, but_not=[(earlier, int(bits)), (easier, 10)])
    number = int(value.rpartition(".")[2])
    none = next(n for n in count(number + 1) if not opens(seed, int(bits), n))
    made_up = [
        f"1.{issued}.{bits}.{none}",
        f"1.{int(issued) - 1}.{bits}.{number}",
        f"1.{issued}.10.{number}",
        f"1.{issued}.00.{number}",
        f"1.{issued}.{bits}.",
        f"1.{issued}.{bits}.-1",
        f"1.{issued}.{bits}.{number}.1",
        f"2.{issued}.{bits}.{number}",
        f"1.{'9' * 20}.{bits}.{number}",
        f"1.nan.{bits}.{number}",
        seed,
        "",
        "1" * 5000,
    ]
    for one in made_up:
        answer = edge.ask(with_pass(one))
        assert answer.is_question, one
        assert not answer.passed
    assert not edge.ask({"cookie": f"__Host-ringwall-pass={made_up[0]}"}).passed


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"accept": "*/*", "user-agent": "curl/8"},
        {"accept": "application/json", "user-agent": "Mozilla/5.0"},
        {"accept": "text/html", "user-agent": "probe/1"},
        {"accept": "text/html", "user-agent": "Mozilla/5.0 (compatible; probe/1)"},
        {"accept": "application/rss+xml, text/html, */*", "user-agent": "Mozilla/5.0 reader"},
        {"accept": "text/html, application/atom+xml", "user-agent": "Mozilla/5.0 reader"},
        {**NAVIGATION, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {**NAVIGATION, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {**NAVIGATION, "sec-fetch-dest": "iframe"},
        {**NAVIGATION, "x-ringwall-user": "somebody"},
    ],
)
def test_what_is_no_navigation_of_somebody_unknown_is_left_alone(
    edge: Edge, headers: dict[str, str]
) -> None:
    answer = edge.ask(headers)
    assert (answer.status, answer.passed) == (200, False)


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS", "DELETE"])
def test_nothing_is_lost_that_was_sent(edge: Edge, method: str) -> None:
    assert edge.ask(NAVIGATION, method=method).status == 200


@pytest.mark.parametrize(
    "path", ["/.ringwall/enter?to=/", "/.well-known/security.txt", "/robots.txt", "/robots.txt?a"]
)
def test_what_belongs_to_the_edge_and_to_machines_is_left_alone(edge: Edge, path: str) -> None:
    assert edge.ask(NAVIGATION, path=path).status == 200


@pytest.mark.parametrize("address", ["203.0.113.1", "203.0.113.127", "2001:db8:ee:9::1"])
def test_exempt_networks_are_left_alone(edge: Edge, address: str) -> None:
    assert edge.ask(NAVIGATION, address=address).status == 200


@pytest.mark.parametrize("address", ["203.0.113.128", "2001:db8:ef::1", "11.0.113.1"])
def test_and_no_others(edge: Edge, address: str) -> None:
    assert edge.ask(NAVIGATION, address=address).is_question


@pytest.mark.parametrize("name", ["__Host-ringwall-id", "__Host-ringwall-csrf"])
def test_other_cookies_of_ours_free_from_nothing_and_lead_to_a_pass(edge: Edge, name: str) -> None:
    """Which nobody but the host of sign-in can judge: strict limits hold until there is a pass."""
    other = f"{name}=any"
    asked = edge.ask({**NAVIGATION, "cookie": other})
    assert asked.is_question
    shown = {**NAVIGATION, "cookie": f"{other}; __Host-ringwall-pass={solved(asked.text)}"}
    answer = edge.ask(shown)
    assert (answer.status, answer.passed) == (200, True)
    fetched = edge.ask({"cookie": other})
    assert (fetched.status, fetched.passed) == (200, False)


def test_old_browsers_are_asked_too(edge: Edge) -> None:
    old = {"accept": "text/html,application/xhtml+xml", "user-agent": "Mozilla/5.0 (old)"}
    assert edge.ask(old).is_question


def _made(issued: int, salt: str, *, bits: int, right: str | None = None) -> str:
    """The pass of a seed made with a salt, which is none of what the ``right`` one would make."""
    seed = _seed(issued, salt, bits=bits)
    but_not = [] if right is None else [(_seed(issued, right, bits=bits), bits)]
    return solved(f'data-challenge="{seed}.{issued}.{bits:02d}"', but_not=but_not)


def _solved_there_alone(page: str, *elsewhere: tuple[str, str]) -> str:
    """The pass of a page, which is not by chance one for other addresses and hosts too."""
    _, issued, bits = question(page)
    others = [
        (_seed(int(issued), _YOUNGER, bits=int(bits), address=address, host=host), int(bits))
        for address, host in elsewhere
    ]
    return solved(page, but_not=others)


def _seed(
    issued: int, salt: str, *, bits: int, address: str = _HERE, host: str = "a.example"
) -> str:
    """What the edge makes for a network, a host and a time."""
    found = ip_address(address)
    digits = f"{int(found):0{found.max_prefixlen}b}"[: 24 if found.version == 4 else 48]
    text = f"{salt}|{bits:02d}|{digits}|{host}|{issued}|{salt}"
    return hashlib.sha256(text.encode()).hexdigest()
