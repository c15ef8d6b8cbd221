"""Whatever happens meanwhile, the tables are those of the posture that holds."""

import json
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.gateway import staging
from ringwall.gateway.admin import Admin
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.handover import Handover
from ringwall.gateway.posture import (
    ALL,
    Order,
    Posture,
    Stance,
    follow_stance,
    hosts_of_tables,
    read_stance,
    set_posture,
)

_STEPS: Final = ("stage", "widen", "turn", "end")


def _rendering(version: str) -> Rendering:
    def tables(kind: str) -> dict[str, Any]:
        return {
            name: {"name": name, "says": f"{kind} {version}"} for name in ("edge", "edge-tls12")
        }

    return Rendering(
        bootstrap={"version": version},
        clusters=(),
        listeners=(),
        tables={**tables("peace"), "unknown": {"name": "unknown", "says": version}},
        alarmed=tables("alarm"),
    )


class Edge:
    """The files of an edge that does not run, and changes of its configuration."""

    def __init__(self, state: Path) -> None:
        self.state, self.folder = state, state / "xds" / "edge"
        self._change: Handover | None = None
        self._version = 0

    def step(self, name: str, *, undone: bool = False) -> None:
        if name == "stage":
            self._version += 1
            found = _rendering(str(self._version))
            self._change = Handover(
                self.folder,
                admin=Admin(self.state / "nobody.sock", 0.1),
                moment=partial(staging.moment, self.state),
            )
            self._change.stage(found, found, version="1", secrets={}, wide_secrets={})
            follow_stance(self.state)
        elif self._change is not None:
            if name == "end":
                (self._change.put_back if undone else self._change.narrow)()
                self._change = None
            else:
                getattr(self._change, name)()

    def says(self, table: str) -> str:
        found = json.loads((self.folder / f"rds-{table}.json").read_bytes())
        text: str = found["resources"][0]["says"]
        return text


@given(
    orders=st.lists(
        st.tuples(st.integers(0, 2 * len(_STEPS)), st.sampled_from([Order.ON, Order.OFF])),
        max_size=8,
    ),
    undone=st.booleans(),
)
@settings(max_examples=25)
def test_a_posture_that_changes_during_a_change_holds_after_it(
    orders: list[tuple[int, Order]], undone: bool
) -> None:
    state = Path(tempfile.mkdtemp())
    try:
        edge = Edge(state)
        posture = Posture.PEACE
        for at, step in enumerate((*_STEPS, *_STEPS)):
            edge.step(step, undone=undone and at >= len(_STEPS))
            for when, order in orders:
                if when == at:
                    posture = set_posture(state, order=order).posture
                    if edge.folder.joinpath("rds-edge.json").exists():
                        assert edge.says("edge").split()[0] == posture
        version = "1" if undone else "2"
        assert edge.says("edge") == f"{posture} {version}"
        assert edge.says("edge-tls12") == f"{posture} {version}"
        assert edge.says("unknown") == version
        assert not list(edge.folder.glob(".*"))
        set_posture(state, order=Order.OFF)
        assert edge.says("edge") == f"peace {version}"
    finally:
        shutil.rmtree(state)


def test_operators_have_the_last_word(tmp_path: Path) -> None:
    assert read_stance(tmp_path) == Stance()
    assert set_posture(tmp_path, recognised=True).posture is Posture.ALARM
    assert set_posture(tmp_path, order=Order.OFF, author="ada").posture is Posture.PEACE
    assert set_posture(tmp_path, recognised=False).posture is Posture.PEACE
    assert set_posture(tmp_path, order=Order.ON).posture is Posture.ALARM
    assert set_posture(tmp_path, order=Order.AUTO).posture is Posture.PEACE


def test_what_is_said_again_changes_nothing(tmp_path: Path) -> None:
    first = set_posture(tmp_path, recognised=True, reason="a flood", author="sentry")
    written = (tmp_path / "posture.json").stat()
    assert set_posture(tmp_path, recognised=True, reason="another", author="b") == first
    assert (tmp_path / "posture.json").stat().st_ino == written.st_ino
    assert read_stance(tmp_path) == first


def _with_hosts(kind: str, version: int) -> dict[str, Any]:
    hosts = [{"name": name, "says": f"{kind} {version}"} for name in ("a", "b", "*.c")]
    return {"name": "edge", "virtual_hosts": hosts, "says": kind}


class Hosts(Edge):
    """The same with a table of three hosts."""

    def stage(self, version: int) -> None:
        found = Rendering(
            bootstrap={},
            clusters=(),
            listeners=(),
            tables={"edge": _with_hosts("peace", version)},
            alarmed={"edge": _with_hosts("alarm", version)},
        )
        self._change = Handover(
            self.folder,
            admin=Admin(self.state / "nobody.sock", 0.1),
            moment=partial(staging.moment, self.state),
        )
        self._change.stage(found, found, version="1", secrets={}, wide_secrets={})
        follow_stance(self.state)

    def said(self) -> dict[str, str]:
        (table,) = json.loads((self.folder / "rds-edge.json").read_bytes())["resources"]
        return {one["name"]: one["says"] for one in table["virtual_hosts"]}


def test_the_alarm_is_of_the_hosts_that_are_attacked(tmp_path: Path) -> None:
    edge = Hosts(tmp_path)
    edge.stage(1)
    for step in _STEPS[1:]:
        edge.step(step)
    stance = set_posture(tmp_path, recognised=True, hosts=frozenset({"a", "gone"}))
    assert (stance.posture, stance.hosts) == (Posture.ALARM, frozenset({"a", "gone"}))
    assert read_stance(tmp_path) == stance
    assert edge.said() == {"a": "alarm 1", "b": "peace 1", "*.c": "peace 1"}
    edge.stage(2)
    set_posture(tmp_path, recognised=True, hosts=frozenset({"a", "*.c"}))
    edge.step("widen")
    assert edge.said() == {"a": "alarm 1", "b": "peace 1", "*.c": "alarm 1"}
    edge.step("turn")
    assert edge.said() == {"a": "alarm 2", "b": "peace 2", "*.c": "alarm 2"}
    edge.step("end")
    set_posture(tmp_path, order=Order.ON, hosts=frozenset({"b"}))  # besides what is attacked
    assert set(edge.said().values()) == {"alarm 2"}
    set_posture(tmp_path, recognised=False)
    assert edge.said() == {"a": "peace 2", "b": "alarm 2", "*.c": "peace 2"}
    set_posture(tmp_path, order=Order.ON)
    table, alarm = edge.folder / "rds-edge.json", edge.folder / "alarm-edge.json"
    assert table.samefile(alarm)
    assert hosts_of_tables(tmp_path) == {"a", "b", "*.c"}
    set_posture(tmp_path, order=Order.AUTO)
    assert table.samefile(edge.folder / "peace-edge.json")
    assert not list(edge.folder.glob(".*"))


def test_a_posture_that_changes_while_tables_are_given_is_not_lost(tmp_path: Path) -> None:
    """The variants are in their places, and a table is on its way to its own."""
    edge = Edge(tmp_path)
    edge.step("stage")
    for step in _STEPS[1:]:
        edge.step(step)
    edge.step("stage")
    staged = edge.folder / staging.STAGED
    for variant in [*staged.glob("peace-*"), *staged.glob("alarm-*")]:
        variant.replace(edge.folder / variant.name)
    set_posture(tmp_path, order=Order.ON)
    (table,) = json.loads((staged / "rds-edge.json").read_bytes())["resources"]
    assert table["says"] == "alarm 2"


@pytest.mark.parametrize(
    "text", [b'{"order": "on", "recognised": false, "reason": "", "author": "", "since": null}']
)
def test_what_was_written_before_there_were_hosts_is_of_all(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "posture.json").write_bytes(text)
    assert read_stance(tmp_path).hosts is ALL


@pytest.mark.parametrize("text", [b"", b"[]", b'{"order": "loud"}', b"\xff"])
def test_a_file_that_cannot_be_read_means_peace(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "posture.json").write_bytes(text)
    assert read_stance(tmp_path) == Stance()
