"""What is revoked while the configuration changes waits for none of the steps of that."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from tests.gateway.envoy.rendered import SECTIONS

from ringwall.core.clock import SystemClock
from ringwall.gateway.change import Change
from ringwall.gateway.handover import Handover
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.service import Gateway
from ringwall.identity import published
from ringwall.runtime.configuration import Configuration, load_text


class Revoking:
    """A gateway of a folder, whose Envoy does not run, and the sessions that were revoked."""

    def __init__(self, folder: Path) -> None:
        self.gateway = Gateway(
            Layout(folder, folder / "state", folder), sections=SECTIONS, clock=SystemClock()
        )
        self.revoked: list[str] = []

    def revoke(self) -> None:
        """Revoke one more, as the follower does; fails if that waits for anything."""
        self.revoked.append(f"s{len(self.revoked):021d}")
        values = {"session": tuple(self.revoked)}
        published.keep_revoked(self.gateway.layout.state, values, datetime.now(UTC))
        told = threading.Thread(target=self.gateway.refresh_revoked, daemon=True)
        told.start()
        told.join(30)
        assert not told.is_alive(), "a revocation waits for the change that is under way"

    def known(self) -> set[str]:
        """What the edge reads as revoked."""
        folder = Path(self.gateway.layout.xds(EDGE).path)
        text = "".join(path.read_text() for path in folder.glob("ecds-ringwall.re*.json"))
        return {one for one in self.revoked if f'"{one}"' in text}

    def names(self) -> set[tuple[str, int]]:
        """Every file there is for the edge, and which one has that name."""
        folder = Path(self.gateway.layout.xds(EDGE).path)
        return {(str(path), path.stat().st_ino) for path in folder.rglob("*.json")}

    def begin(self, path: str) -> Change:
        """Lay out a configuration with one route."""
        return self.gateway.begin(_configuration(path), author="test", reason="", check=False)


def _configuration(path: str) -> Configuration:
    text = {
        "version": 1,
        "edge": {
            "listen": "127.0.0.1:8443",
            "hosts": {"app.localhost": {}, "id.localhost": {}},
        },
        "services": {"app": {"addresses": ["127.0.0.1:9000"], "owner": "test"}},
        "identity": {"host": "id.localhost"},
        "routes": [{"name": "all", "hosts": ["app.localhost"], "path": path, "service": "app"}],
    }
    return load_text(json.dumps(text), SECTIONS)


@pytest.fixture
def revoking(tmp_path: Path) -> Revoking:
    found = Revoking(tmp_path)
    change = found.begin("/**")
    change.prepare()
    change.turn()
    change.finish()
    return found


STEPS: Final[dict[str, tuple[Callable[[Change], None], ...]]] = {
    "goes through": (Change.prepare, Change.turn, Change.finish),
    "is undone at once": (Change.undo,),
    "is undone in between": (Change.prepare, Change.undo),
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_what_is_revoked_during_a_change_is_known_at_once_and_stays(
    revoking: Revoking, steps: tuple[Callable[[Change], None], ...]
) -> None:
    revoking.revoke()
    change = revoking.begin("/other/**")
    for step in steps:
        revoking.revoke()
        assert revoking.known() == {*revoking.revoked}
        step(change)
        assert revoking.known() == {*revoking.revoked}
    revoking.revoke()
    assert revoking.known() == {*revoking.revoked}


def test_what_is_revoked_while_a_change_is_laid_out_is_in_it(
    revoking: Revoking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After it was rendered, before there is a file."""
    stage = Handover.stage

    def late(self: Handover, *arguments: object, **named: object) -> None:
        revoking.revoke()
        stage(self, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Handover, "stage", late)
    change = revoking.begin("/other/**")
    change.prepare()
    change.turn()
    change.finish()
    assert revoking.revoked
    assert revoking.known() == {*revoking.revoked}


@pytest.mark.parametrize("step", [Change.turn, Change.finish, Change.undo])
def test_no_step_renames_anything_in_the_moment_in_which_revocations_are_told(
    revoking: Revoking, step: Callable[[Change], None]
) -> None:
    """Whoever tells them has read and not yet written: a renaming in between would be lost."""
    change = revoking.begin("/other/**")
    change.prepare()
    if step is Change.finish:
        change.turn()
    taking = threading.Thread(target=step, args=(change,), daemon=True)
    with revoking.gateway._moment():
        names = revoking.names()
        taking.start()
        taking.join(0.5)
        assert taking.is_alive(), "a step does not wait for the moment"
        assert revoking.names() == names
    taking.join(30)
    assert not taking.is_alive()
    assert revoking.names() != names


@pytest.mark.parametrize("wide", [True, False])
def test_none_is_lost_between_two_renamings(
    revoking: Revoking, monkeypatch: pytest.MonkeyPatch, wide: bool
) -> None:
    """One is revoked just before each file is given."""
    place = Handover._place
    times = []

    def slow(self: Handover, name: str, source: Path, statistics: str) -> None:
        if name.startswith("ecds-") == wide:
            times.append(name)
            revoking.revoke()
        place(self, name, source, statistics)
        assert revoking.known() == {*revoking.revoked}

    monkeypatch.setattr(Handover, "_place", slow)
    change = revoking.begin("/other/**")
    change.prepare()
    change.turn()
    change.finish()
    assert len(times) > 2
    assert revoking.known() == {*revoking.revoked}
