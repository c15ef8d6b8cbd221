"""What is declared goes into tables."""

import subprocess
from pathlib import Path

import pytest
from tests.posture.scopes.written import BUCKET, CONFIG
from tests.runtime.conftest import _django, database, postgres

from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation, find

__all__ = ["_django", "database", "postgres"]


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A working tree with a configuration and the code it names, two folders below its root."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "infra" / "prod").mkdir(parents=True)
    (tmp_path / "infra" / "prod" / "main.tf").write_text(BUCKET)
    (tmp_path / "ringwall.yaml").write_text(CONFIG)
    monkeypatch.setenv("RINGWALL_CONFIG", str(tmp_path / "ringwall.yaml"))
    return find(all_sections, config=tmp_path / "ringwall.yaml")
