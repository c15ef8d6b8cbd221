"""Limits at a running edge: exact, one for all workers, and only for whom they are."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest
from tests.gateway.live.addresses import From
from tests.gateway.live.asking import reload
from tests.gateway.live.stage import Json, Stage, plain_config
from tests.gateway.live.wire2 import Http2

pytestmark = pytest.mark.e2e

HOSTS: Final = ("app.localhost", "other.localhost")
NO_REFILL: Final = "1/d"


def configured(**availability: object) -> Json:
    config = plain_config()
    config["edge"]["hosts"] = {host: {} for host in HOSTS}
    config["routes"][0] |= {"hosts": list(HOSTS), "path": "/in/**"}
    quiet = {"raise_alarm": False, "refused_per_address": None}
    exempt = {"networks": ["127.0.9.0/24"]}
    return {**config, "availability": {"exempt": exempt, "attacks": quiet, **availability}}


def small(address: int = 5, network: int = 12) -> Json:
    return {
        "address": {"by": "address", "rate": NO_REFILL, "burst": address},
        "network": {"by": "network", "rate": NO_REFILL, "burst": network},
    }


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("limits"), configured(limits=small())) as stage:
        yield stage.up()


def test_an_address_has_a_bucket_at_each_host(limited: Stage) -> None:
    with From(limited, "127.0.1.1") as one, From(limited, "127.0.2.1") as other:
        assert one.statuses(7) == [200] * 5 + [429] * 2
        assert one.asks(host=HOSTS[1]).status == 200
        assert other.asks().status == 200


def test_no_host_can_be_asked_by_way_of_another(limited: Stage) -> None:
    """Else an address would have the tries of all hosts at each of them."""
    app, other = HOSTS
    wanted = {
        app: 200,
        f"APP.localhost:{limited.port}": 200,
        other: 421,
        f"Other.LocalHost:{limited.port}": 421,
        "unknown.localhost": 404,
    }
    found = {}
    with Http2(limited) as connection:
        for number, authority in enumerate((*wanted, app), start=1):
            fields = [(":method", "GET"), (":scheme", "https"), (":path", "/in/x")]
            connection.request([*fields, (":authority", authority)])
            connection.read(5.0, until=number)
            found[authority] = connection.answers[-1].status
            if authority != app or number == 1:
                assert found[authority] == wanted[authority], authority
    assert found[app] == 429, "whatever was answered has counted where the connection was made to"
    with From(limited, "127.0.0.1") as again:
        assert again.asks(host=other).status == 200


def test_who_is_refused_is_told_when_to_come_back(limited: Stage) -> None:
    with From(limited, "127.0.3.1") as one:
        one.statuses(5)
        answer = one.asks()
    assert answer.status == 429
    assert 86_000 <= int(answer.headers["retry-after"]) <= 86_400
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_id_of_a_refused_answer_tells_which_limit_it_was(limited: Stage) -> None:
    """With what the edge itself has recorded."""
    with From(limited, "127.0.10.1") as one:
        one.statuses(5)
        refused = one.asks().headers["x-request-id"]
    for number in range(2, 10):
        _first_of(limited, f"127.0.10.{number}")
    with From(limited, "127.0.10.99") as neighbour:
        other = neighbour.asks()
    assert other.status == 429
    told = {name: _explained(limited, name) for name in (refused, other.headers["x-request-id"])}
    mine, of_network = told.values()
    assert mine["refused_by"] == ["address"]
    assert of_network["refused_by"] == ["network"]
    assert mine["request"]["path"] == "/in/x"
    assert {one["name"]: one["requests"] for one in of_network["limits"]} == {
        "address": 0,
        "network": 12,
    }


def _explained(stage: Stage, name: str) -> Json:
    deadline = time.monotonic() + 40
    while True:
        found = stage.command("limits", "explain", "--request", name, "--json")
        if found.returncode == 0 or time.monotonic() > deadline:
            return dict(json.loads(found.stdout))
        time.sleep(0.2)


def test_what_leads_nowhere_counts_too(limited: Stage) -> None:
    with From(limited, "127.0.4.1") as one:
        assert one.statuses(6, "/out") == [404] * 5 + [429]


def test_many_addresses_of_a_network_have_no_more_than_it(limited: Stage) -> None:
    found = Counter(_first_of(limited, f"127.0.5.{number}") for number in range(1, 31))
    assert found == {200: 12, 429: 18}


def _first_of(stage: Stage, address: str) -> int:
    with From(stage, address) as one:
        return one.asks().status


def test_who_is_exempt_meets_none(limited: Stage) -> None:
    with From(limited, "127.0.9.7") as one:
        assert one.statuses(40) == [200] * 40


def test_a_new_limit_counts_at_once_and_drops_no_connection(limited: Stage) -> None:
    with From(limited, "127.0.6.1") as waiting:
        assert waiting.statuses(6)[-1] == 429
        limited.write(configured(limits=small(address=7)))
        reload(limited)
        assert waiting.statuses(8) == [200] * 7 + [429]
    limited.write(configured(limits=small()))
    reload(limited)


def test_answers_say_how_much_is_left_if_they_are_to(limited: Stage) -> None:
    limited.write(configured(limits=small(), tell="ratelimit"))
    reload(limited)
    with From(limited, "127.0.8.1") as one:
        told = [one.asks().headers["ratelimit"] for _ in range(6)]
        assert not [name for name in one.asks().headers if name.startswith("x-ratelimit")]
    assert [each.partition(";t=")[0] for each in told] == [
        f'"limit";r={left}' for left in (4, 3, 2, 1, 0, 0)
    ]
    limited.write(configured(limits=small()))
    reload(limited)
    with From(limited, "127.0.8.2") as other:
        assert "ratelimit" not in other.asks().headers


RATE, BURST, SECONDS, CLIENTS = 100, 50, 4.0, 8


@pytest.mark.alone  # it counts in a time
def test_many_at_once_get_what_one_would(limited: Stage) -> None:
    rule = {"by": "address", "rate": f"{RATE}/s", "burst": BURST}
    limited.write(configured(limits={"address": rule, "network": None}))
    reload(limited)
    answers: Counter[int] = Counter()
    lock = threading.Lock()
    begun = time.monotonic()

    def ask() -> None:
        own = Counter[int]()
        with From(limited, "127.0.7.1") as client:
            while time.monotonic() < begun + SECONDS:
                own[client.asks().status] += 1
        with lock:
            answers.update(own)

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.monotonic() - begun
    limited.write(configured(limits=small()))
    reload(limited)
    assert set(answers) == {200, 429}
    assert answers[200] == pytest.approx(BURST + RATE * lasted, rel=0.05)
    assert answers[429] > answers[200] / 4
