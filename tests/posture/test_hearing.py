"""One process for each account with a queue, and none that nobody wants any more."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringwall.posture.config import AwsAccount
from ringwall.posture.hearing import Listeners
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find

FIRST = AwsAccount(events="https://sqs.eu-west-1.amazonaws.com/123456789012/changes")
SECOND = AwsAccount(events="https://sqs.eu-west-1.amazonaws.com/123456789012/others")


class Waiting(Listeners):
    """Its processes do nothing."""

    began: list[subprocess.Popen[bytes]]

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        assert name == "production"
        process = subprocess.Popen([sys.executable, "-Sc", "input()"], stdin=subprocess.PIPE)
        self.began.append(process)
        return process


@pytest.fixture
def listeners(tmp_path: Path) -> Iterator[Waiting]:
    (tmp_path / "ringwall.yaml").write_text("version: 1\n")
    made = Waiting(find(all_sections, config=tmp_path / "ringwall.yaml"))
    made.began = []
    yield made
    made.fit({})
    for one in made.began:
        assert one.poll() is not None
        assert one.stdin is not None
        one.stdin.close()


def test_it_goes_on_until_its_account_changes_or_is_gone(listeners: Waiting) -> None:
    listeners.fit({"production": FIRST})
    listeners.fit({"production": FIRST})
    (first,) = listeners.began
    assert first.poll() is None
    listeners.fit({"production": SECOND})
    assert first.poll() is not None
    _, second = listeners.began
    assert second.poll() is None
    listeners.fit({})
    assert second.poll() is not None


def test_one_that_ends_by_itself_is_begun_again_but_not_at_once(
    listeners: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners.fit({"production": FIRST})
    listeners.began[0].kill()
    listeners.began[0].wait()
    listeners.fit({"production": FIRST})
    assert len(listeners.began) == 1
    monkeypatch.setattr("ringwall.posture.hearing._AGAIN_S", 0.0)
    listeners.fit({"production": FIRST})
    assert len(listeners.began) == 2
