"""One running installation for all tests of a file that only ask it things."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.live.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The plain configuration, running."""
    folder: Path = tmp_path_factory.mktemp("edge")
    with Stage(folder) as running:
        yield running.up()
