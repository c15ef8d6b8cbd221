"""What is kept of a shadow, what is counted for it, and where it is compared."""

import gzip
import itertools
import json
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.access.worlds import shop

from ringwall.access.policies import read
from ringwall.gateway.admin import Admin, AdminUnreachableError
from ringwall.gateway.compiled import Comparison, Compiled
from ringwall.gateway.jobs import _keep_shadow
from ringwall.gateway.shadow_counts import EXAMPLES, Counted, ShadowCounter
from ringwall.gateway.shadows import (
    MOST_REMEMBERED,
    DamagedShadowError,
    Shadow,
    ShadowStore,
    files_below,
)
from ringwall.runtime.spool.keeping import Keeping

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
FILES = ((Path("policies/a.cedar"), b'@id("a") permit (principal, action, resource);'),)


def shadow(hash_: str = read(FILES).hash) -> Shadow:
    return Shadow(hash=hash_, folder="/next", author="ada", since=NOW, until=NOW)


def test_a_shadow_is_kept_until_it_is_ended(tmp_path: Path) -> None:
    store = ShadowStore(tmp_path / "shadow")
    assert store.current() is None
    store.begin(shadow(), FILES)
    kept = ShadowStore(tmp_path / "shadow").current()
    assert kept is not None
    assert (kept[0], kept[1].hash) == (shadow(), shadow().hash)
    store.end(time=NOW, why="it was stopped", by="bob", counted={"compared": 3})
    assert store.current() is None
    (ended,) = store.history()
    assert ended["why"] == "it was stopped"
    assert ended["counted"] == {"compared": 3}
    assert ended["author"] == "ada"


@pytest.mark.parametrize("harm", ["files/0", "shadow.json"])
def test_a_damaged_one_is_told_and_can_be_ended(tmp_path: Path, harm: str) -> None:
    store = ShadowStore(tmp_path)
    store.begin(shadow(), FILES)
    (tmp_path / harm).write_text("permit")
    with pytest.raises(DamagedShadowError, match="`ringwall access shadow stop` forgets it"):
        store.current()
    store.end(time=NOW, why="it was stopped")
    assert store.current() is None


def test_only_the_last_that_ended_are_remembered(tmp_path: Path) -> None:
    store = ShadowStore(tmp_path)
    for number in range(MOST_REMEMBERED + 2):
        store.end(time=NOW, why=str(number))
    assert [store.history()[0]["why"], len(store.history())] == ["2", MOST_REMEMBERED]


def test_policies_are_read_by_the_names_they_would_have(tmp_path: Path) -> None:
    (tmp_path / "next" / "more").mkdir(parents=True)
    (tmp_path / "next" / "more" / "b.cedar").write_bytes(b"b")
    (tmp_path / "next" / "a.cedar").write_bytes(b"a")
    (tmp_path / "next" / "notes.txt").write_bytes(b"-")
    found = files_below(tmp_path / "next", "policies")
    assert found == ((Path("policies/a.cedar"), b"a"), (Path("policies/more/b.cedar"), b"b"))


@pytest.mark.parametrize(
    ("name", "told"),
    [("missing", "no folder"), ("empty", "no policy"), ("whole", "a whole configuration")],
)
def test_other_folders_are_refused(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "ringwall.yaml").touch()
    with pytest.raises(LookupError, match=told):
        files_below(tmp_path / name, "policies")


# counting


class Counters:
    """Envoy's admin interface, as far as it is asked here."""

    def __init__(self) -> None:
        self.allowed: int | None = 0

    def stats(self, _pattern: str) -> dict[str, str]:
        if self.allowed is None:
            raise AdminUnreachableError
        return {"filter_chain.rbac.shadow_.shadow_allowed": str(self.allowed)}


class Scene:
    def __init__(self, folder: Path) -> None:
        self.envoy, self.log = Counters(), folder / "shadow.jsonl"
        self.counter = ShadowCounter(folder / "kept", self.log, cast("Admin", self.envoy))

    def write(self, *lines: dict[str, Any], end: str = "\n") -> None:
        with self.log.open("a") as file:
            file.write("\n".join(json.dumps(one) for one in lines) + end)

    def counts(self) -> tuple[int, list[int]]:
        found = self.counter.count("s1")
        return found.compared, [one.requests for one in found.differences]


_requests = itertools.count()


def line(**more: str) -> dict[str, str]:
    given = {"shadow": "s1", "route": "list", "method": "GET", "would": "denied"}
    given["request_id"] = f"r{next(_requests)}"
    return {**given, "policy": "access:a", "by": "access:default", "user": "ada", **more}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    found = Scene(tmp_path)
    found.write(line())
    found.envoy.allowed = 7
    found.counter.begin()
    return found


def test_what_was_before_does_not_count(scene: Scene) -> None:
    assert scene.counts() == (0, [])
    assert scene.log.read_bytes() == b""


def test_lines_are_folded_once_and_only_those_of_the_shadow(scene: Scene) -> None:
    scene.write(line(), line(user="bob"), line(shadow="s0"), line(action="orders:list"))
    scene.envoy.allowed = 20
    assert scene.counts() == (13, [2, 1])
    assert scene.counts() == (13, [2, 1])
    first = scene.counter.count("s1").differences[0]
    assert (first.who, first.policy, first.by) == (["ada", "bob"], "a", "default")


def test_half_a_line_is_read_when_it_is_whole(scene: Scene) -> None:
    scene.write(line(), end="\n{")
    assert scene.counts()[1] == [1]
    with scene.log.open("a") as file:
        file.write(json.dumps(line()).removeprefix("{") + "\n")
    assert scene.counts()[1] == [2]


def test_a_closed_segment_is_read_to_its_end(scene: Scene) -> None:
    scene.write(line())
    assert scene.counts()[1] == [1]
    scene.write(line())
    scene.log.rename(scene.log.with_name("shadow-20261126T080000.jsonl"))
    scene.write(line())
    assert scene.counts()[1] == [3]


def test_a_segment_that_is_compressed_is_read_to_its_end(scene: Scene) -> None:
    scene.write(line())
    assert scene.counts()[1] == [1]
    scene.write(line(), line())
    closed = scene.log.with_name("shadow-20261126T080000.jsonl.gz")
    closed.write_bytes(gzip.compress(scene.log.read_bytes()))
    scene.log.unlink()
    assert scene.counts()[1] == [3]
    scene.write(line())
    assert scene.counts()[1] == [4]
    assert scene.counts()[1] == [4]


def test_what_the_worker_closes_and_compresses_meanwhile_counts_once(scene: Scene) -> None:
    keep_, failed = rotation(scene), list[BaseException]()

    def write_and_rotate() -> None:
        try:
            for number in range(40):
                scene.write(line())
                keep_(NOW + timedelta(hours=number))
        except BaseException as error:
            failed.append(error)
            raise

    writer = threading.Thread(target=write_and_rotate)
    writer.start()
    while writer.is_alive():
        scene.counts()
    writer.join()
    assert not failed
    assert scene.counts()[1] == [40]


def rotation(scene: Scene) -> Callable[[datetime], None]:
    """What the worker does by the clock, which closes whatever was written."""
    gateway = SimpleNamespace(
        layout=SimpleNamespace(shadow_log=scene.log),
        shadows=SimpleNamespace(is_kept=lambda: True),
        shadowing=SimpleNamespace(
            counter=lambda: ShadowCounter(
                scene.log.parent / "kept", scene.log, cast("Admin", scene.envoy)
            )
        ),
    )
    admin = cast("Admin", SimpleNamespace(post=lambda _: scene.log.touch()))
    keeping = Keeping(days=90, size=1024**2, segment=1, least_free=0)
    return lambda now: _keep_shadow(cast("Any", gateway), admin=admin, now=now, keeping=keeping)


def test_of_an_earlier_shadow_nothing_stays_in_any_form(scene: Scene) -> None:
    plain = scene.log.with_name("shadow-20261126T080000.jsonl")
    packed = scene.log.with_name("shadow-20261125T080000.jsonl.gz")
    interrupted = scene.log.with_name(plain.name + ".gz")
    other = scene.log.with_name("shadow-notes.jsonl")
    for path in (plain, packed, interrupted, other):
        path.touch()
    scene.write(line())
    scene.counter.begin()
    assert scene.log.read_bytes() == b""
    assert [one.exists() for one in (plain, packed, interrupted, other)] == [False] * 3 + [True]


def test_nonsense_is_passed_over(scene: Scene) -> None:
    with scene.log.open("a") as file:
        file.write("nonsense\n[]\n\n")
    scene.write(line())
    assert scene.counts()[1] == [1]


def test_counters_that_begin_anew_go_on_and_none_stop_nothing(scene: Scene) -> None:
    scene.envoy.allowed = 9
    assert scene.counts()[0] == 2
    scene.envoy.allowed = None
    assert scene.counts()[0] == 2
    scene.envoy.allowed = 4
    assert scene.counts()[0] == 6


def test_the_last_examples_are_kept(scene: Scene) -> None:
    scene.write(*(line(request_id=str(number)) for number in range(EXAMPLES + 3)))
    found: Counted = scene.counter.count("s1")
    assert [one["request_id"] for one in found.differences[0].examples] == ["3", "4", "5", "6", "7"]


# comparing


def compared(one: str, other: str) -> Comparison:
    world = shop()
    for name, route in world.routes.items():
        object.__setattr__(route, "hosts", (f"{name}.example",))
    both = [Compiled(read([(Path("a.cedar"), text.encode())]), world) for text in (one, other)]
    return both[0].comparison(both[1])


def routes(ways: Sequence[tuple[str, str, str]] | set[tuple[str, str, str]]) -> set[str]:
    return {route for route, _, _ in ways}


ALL = '@id("all") permit (principal, action, resource is Route);'


def test_only_ways_that_decide_otherwise_are_compared() -> None:
    closed = ALL + '@id("shut") forbid (principal, action, resource == Route::"export");'
    found = compared(ALL, closed)
    assert routes(found.differing) == {"export"}
    assert not found.unknown


def test_another_name_or_wording_is_no_difference() -> None:
    other = '@id("a") permit (principal, action, resource) when { resource is Route && 1 == 1 };'
    assert compared(ALL, other) == Comparison()


def test_ways_with_call_outs_are_not_compared() -> None:
    asked = (
        ALL + '@id("odd") @callout("why") forbid (principal, action, resource == Route::"export")'
        "when { context.weekday * context.weekday == 9 };"
    )
    for found in (compared(ALL, asked), compared(asked, ALL)):
        assert routes(found.unknown) == {"export"}
        assert not found.differing
