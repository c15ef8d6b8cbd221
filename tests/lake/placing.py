"""The same stories of a log whose table lies in a folder, and of one whose table is in a bucket."""

from collections.abc import Iterator

import pytest
from tests.lake import logs
from tests.lake.store import Store, store


@pytest.fixture(scope="session")
def a_store() -> Iterator[Store]:
    """One for all tests of a process: each makes buckets of its own."""
    with store() as found:
        yield found


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the tables of all scenes of a test lie."""
    where: str = request.param
    if where == "bucket":
        monkeypatch.setattr(logs, "BUCKET", request.getfixturevalue("a_store").bucket())
    return where
