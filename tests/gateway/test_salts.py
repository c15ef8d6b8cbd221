"""Salts change, are there before they are needed, and stay as long as a pass needs them."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway import salts
from ringwall.gateway.availability.challenge import Challenge
from ringwall.gateway.envoy.challenge import challenge_filter
from ringwall.gateway.envoy.salting import CHANGES_EVERY_S, Asking

LASTS = 3600.0


@given(st.lists(st.floats(0, 500), min_size=1, max_size=60), st.floats(0, 1e9))
def test_every_moment_that_a_pass_can_be_of_has_its_salt(steps: list[float], begun: float) -> None:
    asking, now = Asking(), begun
    used: dict[int, str] = {}
    for step in steps:
        now += step
        asking = asking.turned(now, lasts=LASTS)
        since = [one.since for one in asking.salts]
        assert since == sorted(since)
        assert len(asking.salts) <= LASTS / CHANGES_EVERY_S + 3
        for moment, value in used.items():
            if moment > now - LASTS:
                assert _at(asking, moment) == value
        used[int(now)] = _at(asking, int(now))
        assert now - max(one.since for one in asking.salts if one.since <= now) < (
            CHANGES_EVERY_S + 10 + max(steps)
        )


def _at(asking: Asking, moment: int) -> str:
    return next(one.value for one in reversed(asking.salts) if one.since <= moment)


def test_the_edge_follows_wherever_its_file_lies(tmp_path: Path) -> None:
    folder = tmp_path / "xds" / "edge"
    file = "ecds-ringwall.challenge.json"
    resource = challenge_filter(Challenge(), asking=Asking(), exempt=())
    for place in (folder, folder / ".staged", folder / ".kept"):
        place.mkdir(parents=True)
        (place / file).write_text(json.dumps({"resources": [resource], "version_info": "1"}))
    assert salts.turn_salts(tmp_path, 1_000_000.0)
    assert not salts.turn_salts(tmp_path, 1_000_001.0)
    assert salts.set_difficulty(tmp_path, 2)
    (salt,) = salts.read_asking(tmp_path).salts
    for place in (folder, folder / ".staged", folder / ".kept"):
        script = _script(place / file)
        assert f'local SALTS = {{ {{ {salt.since}, "{salt.value}" }} }}\n' in script
        assert "local BITS, LEAST, MOST = 18, 16, 21\n" in script
    assert salts.set_difficulty(tmp_path, 99)
    assert "local BITS, LEAST, MOST = 21, 16, 21\n" in _script(folder / file)


def test_the_secret_is_nobody_elses(tmp_path: Path) -> None:
    salts.turn_salts(tmp_path, 1_000_000.0)
    assert (tmp_path / "challenge.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("is_damaged", [False, True])
def test_the_edge_is_never_left_without_salts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, is_damaged: bool
) -> None:
    file = tmp_path / "xds" / "edge" / "ecds-ringwall.challenge.json"
    file.parent.mkdir(parents=True)
    resource = challenge_filter(Challenge(), asking=Asking(), exempt=())
    for change in (
        lambda: salts.set_difficulty(tmp_path, 3),
        lambda: salts.follow_asking(tmp_path),
    ):
        (tmp_path / "challenge.json").unlink(missing_ok=True)
        if is_damaged:
            (tmp_path / "challenge.json").write_bytes(b'{"salts": [{"sin')
        file.write_text(json.dumps({"resources": [resource], "version_info": "1"}))
        caplog.clear()
        change()
        (salt,) = salts.read_asking(tmp_path).salts
        assert salt.since <= time.time()
        assert f'local SALTS = {{ {{ {salt.since}, "{salt.value}" }} }}\n' in _script(file)
        told = [one for one in caplog.messages if "challenge.json cannot be read" in one]
        assert len(told) == is_damaged


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'{"salts": [{"since": 1, "value": "zz"}], "more": 0}', b"\xff"]
)
def test_what_cannot_be_read_is_made_anew(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "challenge.json").write_bytes(text)
    assert salts.read_asking(tmp_path) == Asking()
    assert salts.turn_salts(tmp_path, 1_000_000.0)
    assert len(salts.read_asking(tmp_path).salts) == 1


def _script(path: Path) -> str:
    (resource,) = json.loads(path.read_bytes())["resources"]
    text: str = resource["typed_config"]["default_source_code"]["inline_string"]
    return text
