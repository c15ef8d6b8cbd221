"""Verdicts that cannot be kept: told where there is no queue yet, refused where it is away."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ringwall.posture.commands import queueing
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.runtime import opening
from ringwall.runtime.refusals import ExitCode, Refused

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "configured", "is_told"),
    [
        (ExitCode.NOT_RUNNING, True, True),
        (ExitCode.CONFIGURATION, False, True),
        (ExitCode.CONFIGURATION, True, False),
        (ExitCode.FAILED, True, False),
    ],
)
def test_a_queue_that_is_away_is_no_queue_that_was_never_made(
    code: ExitCode,
    configured: bool,
    is_told: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise Refused("it is away", code=code)

    config = tmp_path / "ringwall.yaml"
    if configured:
        config.touch()
    installation: Any = SimpleNamespace(config=config)
    monkeypatch.setattr(queueing, "installation_of", lambda context: context)
    monkeypatch.setattr(opening, "open_tables", refused)
    if is_told:
        queueing.to_queue(installation, Snapshot(), [], [], scope="ringwall", at=NOON)
        assert "not put into the queue" in capsys.readouterr().err
    else:
        with pytest.raises(Refused, match="it is away"):
            queueing.to_queue(installation, Snapshot(), [], [], scope="ringwall", at=NOON)
