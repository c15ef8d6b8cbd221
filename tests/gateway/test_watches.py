"""How many inotify instances the Envoys take is known before they are started."""

from pathlib import Path

import pytest
from tests.gateway.envoy.rendered import configuration, gateway
from tests.gateway.live.stage import Stage

from ringwall.gateway import watches
from ringwall.gateway.layout import EDGE
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find


def test_more_than_the_user_may_have_is_refused_with_the_way_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "max_user_instances"
    limit.write_text("4\n")
    monkeypatch.setattr(watches, "LIMIT", limit)
    renderings = gateway().render(Wanted.of(configuration("edge")))
    with pytest.raises(watches.TooManyWatchesError, match=r"sysctl -w fs\.inotify"):
        watches.require_room(renderings, state=tmp_path)


@pytest.mark.parametrize("text", ["1000000\n", "unlimited\n"])
def test_enough_or_an_unknown_limit_is_no_reason_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    limit = tmp_path / "max_user_instances"
    limit.write_text(text)
    monkeypatch.setattr(watches, "LIMIT", limit)
    watches.require_room(gateway().render(Wanted.of(configuration("edge"))), state=tmp_path)


@pytest.mark.e2e
def test_a_running_edge_has_opened_as_many_as_were_foretold(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        stage.up()
        found = find(all_sections, config=stage.file, state=stage.state)
        running = open_gateway(found)
        current = running.in_force()
        assert current is not None
        foretold = watches.instances(running.render(Wanted.of(current))[EDGE])
        opened = _opened(stage.pid(EDGE))
        assert opened <= foretold <= opened + 2


def _opened(pid: int) -> int:
    links = (one.readlink() for one in Path(f"/proc/{pid}/fd").iterdir())
    return sum(str(link) == "anon_inode:inotify" for link in links)
