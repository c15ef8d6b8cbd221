"""Policies that are in force do not go by a slip: only who says so does without them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.live.stage import Stage

from ringwall.runtime.refusals import ExitCode

pytestmark = pytest.mark.e2e

CLOSED = '@id("nobody-but-readers") permit (principal, action == Action::"HEAD", resource);\n'


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "closed.cedar").write_text(CLOSED)
    with Stage(tmp_path) as running:
        yield running.up()


def _status(stage: Stage) -> int:
    return stage.get("https://app.localhost/").status_code


def test_a_folder_that_is_gone_opens_nothing(stage: Stage) -> None:
    assert _status(stage) == 403
    policies, away = stage.folder / "policies", stage.folder / "away"
    policies.rename(away)
    refused = stage.ask("reload", author="tests")["refused"]
    assert "the policies that are in force are gone" in refused["reason"]
    assert _status(stage) == 403

    stage.down()
    failed = stage.command("up")
    assert failed.returncode == ExitCode.CONFIGURATION, failed.stderr
    assert "policies: null" in failed.stderr

    without = stage.config
    stage.write({**without, "access": {"policies": None}})
    stage.up()
    assert _status(stage) == 200

    stage.write(without)
    away.rename(policies)
    assert "version" in stage.ask("reload", author="tests")
    assert _status(stage) == 403
    # Who names a version means it.
    assert "version" in stage.ask("rollback", author="tests", number=2)
    assert _status(stage) == 200
