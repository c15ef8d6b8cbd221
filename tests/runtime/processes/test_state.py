"""The state file, and what a new supervisor decides from it."""

import contextlib
import json
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.runtime.processes.kernel import Identity
from ringwall.runtime.processes.recovery import plan_recovery
from ringwall.runtime.processes.state import (
    Remembered,
    RunState,
    StateError,
    StateFile,
    decode,
    encode,
)


def remembered(name: str, pid: int = 7, fingerprint: str = "f") -> Remembered:
    return Remembered(
        name=name,
        identity=Identity(pid, 1000 + pid),
        fingerprint=fingerprint,
        restarts=2,
        stop_signal=signal.SIGINT,
        stop_grace=1.5,
    )


STATE = RunState("boot", (remembered("a", 1), remembered("b", 2), remembered("c", 3)))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    complaints: list[str] = []
    file = StateFile(tmp_path / "state.json", complaints.append)
    assert file.load() is None
    file.note(STATE)
    assert file.load() == STATE
    assert (tmp_path / "state.json").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]
    assert complaints == []


@pytest.mark.parametrize("cut", [0, 1, 10, len(encode(STATE)) // 2, len(encode(STATE)) - 4])
def test_a_truncated_state_is_ignored_with_a_complaint(tmp_path: Path, cut: int) -> None:
    complaints: list[str] = []
    (tmp_path / "state.json").write_bytes(encode(STATE)[:cut])
    assert StateFile(tmp_path / "state.json", complaints.append).load() is None
    assert len(complaints) == 1


def test_a_state_that_cannot_be_written_is_complained_about(tmp_path: Path) -> None:
    complaints: list[str] = []
    StateFile(tmp_path / "missing" / "state.json", complaints.append).note(STATE)
    assert len(complaints) == 1
    assert "cannot be written" in complaints[0]


@given(st.binary())
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(StateError):
        decode(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.sampled_from(["version", "boot", "processes"]),
    st.sampled_from(["name", "pid", "start", "restarts", "stop_signal", "stop_grace"]),
    json_values,
)
def test_no_value_breaks_the_reader(outer: str, inner: str, value: object) -> None:
    for change_inner in (True, False):
        document = json.loads(encode(STATE))
        if change_inner:
            document["processes"][1][inner] = value
        else:
            document[outer] = value
        with contextlib.suppress(StateError):
            decode(json.dumps(document).encode())


@pytest.mark.parametrize("pid", [0, -1, True, "7", 1.0, 1 << 64])
def test_a_pid_is_a_positive_number(pid: object) -> None:
    document = json.loads(encode(STATE))
    document["processes"][0]["pid"] = pid
    with pytest.raises(StateError):
        decode(json.dumps(document).encode())


def test_recovery_adopts_the_unchanged_ends_the_others_and_counts_the_dead() -> None:
    plan = plan_recovery(
        STATE, boot="boot", wanted={"a": "f", "b": "changed", "new": "f"}, alive=lambda _: True
    )
    assert set(plan.adopt) == {"a"}
    assert [each.name for each in plan.end] == ["b", "c"]
    dead = plan_recovery(STATE, boot="boot", wanted={"a": "f"}, alive=lambda _: False)
    assert not dead.adopt
    assert not dead.end
    assert set(dead.died) == {"a", "b", "c"}


def test_nothing_of_another_boot_counts() -> None:
    plan = plan_recovery(STATE, boot="next", wanted={"a": "f"}, alive=lambda _: True)
    assert not plan.adopt
    assert not plan.end
    assert not plan.died
