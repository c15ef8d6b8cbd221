"""One stage for all that protects services."""

from collections.abc import Iterator

import httpx
import pytest
from tests.gateway.live.protecting.scene import APP, Services, named
from tests.gateway.live.proxies_alone import ProxiesAlone
from tests.gateway.live.stage import Stage


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    found = Services()
    for one in found.all:
        one.start()
    try:
        yield found
    finally:
        for one in found.all:
            one.stop()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, services: Services) -> Iterator[Stage]:
    with ProxiesAlone(tmp_path_factory.mktemp("protecting"), services.config()) as running:
        yield running.up()


@pytest.fixture
def client(stage: Stage, services: Services) -> Iterator[httpx.Client]:
    for one in services.all:
        one.seen.clear()
        one.answer = named(one)
    with stage.client(base_url=APP) as found:
        yield found
