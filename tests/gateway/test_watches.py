"""How many inotify instances the Envoys take is known before they are started."""

from pathlib import Path

import pytest
from tests.gateway.envoy.rendered import configuration, gateway

from ringwall.gateway import watches
from ringwall.gateway.wanted import Wanted


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
