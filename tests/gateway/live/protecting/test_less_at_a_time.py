"""What a service is given while it is slow or fails, and what one tenant takes of it."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.gateway.live.protecting.scene import APP, Services, named
from tests.gateway.live.stage import Stage
from tests.gateway.live.upstream import Exchange, reply, status

from ringwall.identity import facts
from ringwall.identity.kinds import Purpose
from ringwall.identity.tokens import Mint, Proven

pytestmark = pytest.mark.e2e


def test_a_service_that_gets_slow_is_given_less_at_a_time(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    """Four at a time is what it can do; what waits in it is all time lost."""
    workers = threading.BoundedSemaphore(4)

    def work(exchange: Exchange) -> None:
        with workers:
            time.sleep(0.02)
        reply(exchange, 200, b"done")

    services.busy.answer = work
    for _ in range(60):  # by which it is learned how long an answer takes
        assert client.get("/busy/x").status_code == 200
    until = time.monotonic() + 4

    def ask(_: int) -> tuple[int, int, str]:
        good = refused = 0
        told = ""
        with stage.client(base_url=APP) as one:
            while time.monotonic() < until:
                answer = one.get("/busy/x")
                good += answer.status_code == 200
                if answer.status_code == 503:
                    refused, told = refused + 1, answer.text + answer.headers["retry-after"]
                    time.sleep(0.2)
        return good, refused, told

    with ThreadPoolExecutor(max_workers=40) as pool:
        found = list(pool.map(ask, range(40)))
    assert sum(good for good, *_ in found) > 100
    assert sum(refused for _, refused, _ in found) > 20
    assert {told for *_, told in found if told} == {"503 Service Unavailable\n1"}  # not "gone"
    assert stage.is_ready()  # its health was found good all the time
    after = client.get("/busy/x")
    assert (after.status_code, after.text) == (200, "done")


def test_a_service_that_fails_is_not_asked_for_everything(
    client: httpx.Client, services: Services
) -> None:
    services.busy.answer = status(500)
    asked = refused = 0
    while refused < 60 and asked < 3000:
        code = client.get("/ill/x").status_code
        assert code in {500, 503}
        asked, refused = asked + 1, refused + (code == 503)
    assert refused == 60
    assert services.busy.total == asked - refused
    assert services.busy.total > 0.2 * asked
    services.busy.answer = named(services.busy)
    last: list[int] = []
    begun = time.monotonic()
    while last != [200] * 50:
        assert time.monotonic() - begun < 20
        last = [*last[-49:], client.get("/ill/x").status_code]
        time.sleep(0.01)


@pytest.mark.alone
def test_the_burst_of_one_tenant_is_not_felt_by_another(stage: Stage, services: Services) -> None:
    """Ten people of one tenant ask as fast as they can, one of another now and then."""
    services.shop.seen.clear()
    services.shop.answer = named(services.shop)
    begun = time.monotonic()
    until = begun + 3

    def ask(credential: str, rest: float) -> Counter[int]:
        found = Counter[int]()
        with stage.client(base_url=APP, headers={"authorization": credential}) as one:
            while time.monotonic() < until:
                answer = one.get("/work/x")
                found[answer.status_code] += 1
                assert answer.status_code == 200 or int(answer.headers["retry-after"]) >= 1
                time.sleep(rest)
        return found

    with ThreadPoolExecutor(max_workers=11) as pool:
        greedy = [pool.submit(ask, bearer(stage, "north", n), 0.0) for n in range(10)]
        other = pool.submit(ask, bearer(stage, "south", 0), 0.1).result()
        together = sum((one.result() for one in greedy), Counter[int]())
    bucket = 40 + 20 * (time.monotonic() - begun)
    assert together.keys() == {200, 429}, (together, other)
    assert 0.8 * 40 < together[200] <= 1.05 * bucket + 1
    assert other.keys() == {200}
    assert other[200] >= 5
    assert services.shop.total == together[200] + other[200]


def bearer(stage: Stage, tenant: str, number: int) -> str:
    """What a person of a tenant shows, as ``Authorization``."""
    told = facts.read(stage.state)
    mint = Mint(stage.state, told)
    proven = Proven(
        sub=f"{tenant}{number}",
        sid=f"sid{tenant}{number}",
        audience=(told.origin_of("app.localhost"),),
        tenant=tenant,
        roles=(),
        email="ada@example.com",
        name="Ada",
        acr="mfa",
        amr=("mfa", "otp", "pwd"),
        auth_time=int(time.time()),
    )
    life = timedelta(hours=1)
    return f"Bearer {mint.issue(Purpose.ACCESS, proven, now=datetime.now(UTC), life=life)}"
