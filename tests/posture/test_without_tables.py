"""Verdicts that cannot be kept: told where there is no queue yet, refused where it is away."""

from typing import Any

import pytest

from ringwall.posture.commands import queueing
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.runtime import opening
from ringwall.runtime.refusals import ExitCode, Refused


@pytest.mark.parametrize("code", [ExitCode.NOT_RUNNING, ExitCode.FAILED])
def test_a_queue_that_is_away_is_no_queue_that_was_never_made(
    code: ExitCode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise Refused("it is away", code=code)

    monkeypatch.setattr(queueing, "installation_of", lambda context: context)
    monkeypatch.setattr(opening, "open_tables", refused)
    nothing: Any = None
    if code is ExitCode.NOT_RUNNING:
        queueing.to_queue(nothing, Snapshot(), [], [], scope="ringwall")
        assert "not put into the queue" in capsys.readouterr().err
    else:
        with pytest.raises(Refused, match="it is away"):
            queueing.to_queue(nothing, Snapshot(), [], [], scope="ringwall")
