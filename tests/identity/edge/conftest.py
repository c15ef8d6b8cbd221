"""One running installation for each file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.identity.edge.scene import IdentityStage, identity_stage


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, _django: Path) -> Iterator[IdentityStage]:
    """An installation where people sign in, running."""
    with identity_stage(tmp_path_factory.mktemp("edge"), _django) as running:
        yield running
