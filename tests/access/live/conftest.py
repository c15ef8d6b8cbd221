"""Whole Ringwalls, whose tables tests ask through Django in their own process."""

from collections.abc import Iterator

import pytest
from tests.access.live.guarded import Guarded, guarded
from tests.runtime.conftest import _django

__all__ = ["_django"]


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("ways")) as running:
        yield running
