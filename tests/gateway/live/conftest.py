"""Running installations for tests that only ask them things."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.live.hostile import HostileStage, hostile_stage
from tests.gateway.live.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The plain configuration, running."""
    folder: Path = tmp_path_factory.mktemp("edge")
    with Stage(folder) as running:
        yield running.up()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileStage]:
    """An edge with short time-outs before a service that keeps what reaches it.

    They are long enough for a client that has to wait for its turn on a busy machine.
    """
    limits = {"header_timeout": "5s", "request_timeout": "6s", "connection_idle": "6s"}
    with hostile_stage(tmp_path_factory.mktemp("hostile"), limits=limits) as running:
        yield running
