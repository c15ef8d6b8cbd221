"""A change and a shadow come to their end whatever fails, and what is saved is noticed."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock, Mock

import pytest
import watchfiles

from ringwall.access.policies import read
from ringwall.gateway import running, shadow_run
from ringwall.gateway.change import Change
from ringwall.gateway.running import Run
from ringwall.gateway.shadows import Shadow, ShadowStore
from ringwall.gateway.versions import Version
from ringwall.gateway.watching import Watch
from ringwall.runtime.configuration import ConfigurationError, Problem
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation
from ringwall.runtime.processes.calls import call_sync
from ringwall.runtime.processes.logs.records import Level, LogSink
from ringwall.runtime.processes.spec import ProcessSpec
from ringwall.runtime.processes.supervisor import Supervisor

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
FILES = ((Path("policies/a.cedar"), b'@id("a") permit (principal, action, resource);'),)
CONFIG = """
version: 1
edge: {redirect: null, hosts: {shop.localhost: {}}}
services: {shop: {addresses: ["127.0.0.1:7401"], owner: tests}}
routes: [{name: shop, hosts: [shop.localhost], path: /, service: shop}]
"""


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "ringwall.yaml").write_text(CONFIG)
    return Installation(tmp_path / "ringwall.yaml", tmp_path / "state", all_sections)


class Steps:
    """The parts of a run, which write down what they are asked for. ``fails`` refuse."""

    def __init__(self, folder: Path) -> None:
        self.done, self.told, self.fails = list[str](), list[str](), set[str]()
        self.levels = list[Level]()
        self.version = Version(
            number=2, hash="2", author="ada", time=NOW, reason="reload", root="/", files=()
        )
        self.shadows, self.has_shadow = ShadowStore(folder), False
        self.layout = SimpleNamespace(state=folder)
        self.versions = SimpleNamespace(latest=lambda: None)
        self.shadowing = SimpleNamespace(of=self._of, begin=self._begin, end=self._end)
        self.tries = 0

    def _may_fail(self, step: str) -> None:
        if step in self.fails:
            raise OSError(28, "No space left on device")

    def require_policies(self, _: object) -> None:
        pass

    def begin(self, *_: object, **_more: object) -> Change:
        self._laid_out = self.shadows.is_kept()
        return cast("Change", self)

    def prepare(self) -> None:
        self.done.append("prepare")

    def turn(self) -> None:
        self.tries += 1
        self._may_fail("turn")
        self.has_shadow = self._laid_out
        self.done.append("turn")

    def undo(self) -> None:
        self.done.append("undo")

    def finish(self) -> None:
        self.done.append("finish")

    async def extend(self, _: object) -> tuple[()]:
        return ()

    async def apply(self, _: object) -> None:
        self.done.append("apply")

    def _of(self, _: object) -> tuple[None, str | None]:
        self._may_fail("of")
        return None, "its time is over" if "time" in self.fails and self.shadows.is_kept() else None

    def _begin(self, _: object, folder: Path, *, author: str, seconds: float) -> Shadow:
        if self.shadows.is_kept():
            raise LookupError("a shadow runs")
        time.sleep(0.05)
        until = NOW + timedelta(seconds=seconds)
        shadow = Shadow(
            hash=read(FILES).hash, folder=str(folder), author=author, since=NOW, until=until
        )
        self.shadows.begin(shadow, FILES)
        return shadow

    def _end(self, *, why: str, by: str = "") -> None:
        self._may_fail("end")
        self.shadows.end(time=NOW, why=why, by=by)

    def say(self, level: Level, sentence: str) -> None:
        self.told.append(sentence)
        self.levels.append(level)


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    found = Steps(tmp_path / "shadow")
    monkeypatch.setattr(running, "open_gateway", lambda _: found)
    monkeypatch.setattr(running, "Supervisor", lambda *_, **__: found)
    monkeypatch.setattr(running, "specifications", lambda *_: ())
    monkeypatch.setattr(Run, "_ready_callouts", lambda *_: None)
    monkeypatch.setattr(Run, "_tell_worker", lambda _: None)
    return found


async def begun(installation: Installation) -> Run:
    run = Run(installation, sink=cast("LogSink", None), watch=False)
    await run._apply(installation.load(), author="ada", reason="reload")
    return run


async def start(run: Run, folder: str = "/next") -> dict[str, Any]:
    found = await run._handlers()["shadow_start"](author="ada", folder=folder, seconds=3600.0)
    return cast("dict[str, Any]", found)


async def stop(run: Run) -> dict[str, Any]:
    return cast("dict[str, Any]", await run._handlers()["shadow_stop"](author="ada"))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come")


def test_a_change_is_ended_whatever_becomes_of_the_shadow(
    installation: Installation, steps: Steps
) -> None:
    steps.fails = {"of"}
    asyncio.run(begun(installation))
    assert steps.done == ["prepare", "turn", "apply", "finish"]
    assert any("No space left on device" in one for one in steps.told)
    assert any("version 2 is in force" in one for one in steps.told)


def test_what_is_seldom_meant_is_told_when_it_is_put_in_force(
    installation: Installation, steps: Steps
) -> None:
    hosts = "{shop.localhost: {}, other.localhost: {}}"
    installation.config.write_text(CONFIG.replace("{shop.localhost: {}}", hosts))

    async def saved() -> None:
        run = Run(installation, sink=cast("LogSink", None), watch=False)
        run._watch.seen = run._watch.look()
        await run._changed()

    asyncio.run(saved())
    in_force, warned = steps.told
    assert "version 2 is in force (changed file" in in_force
    assert "warning: no route names other.localhost" in warned
    assert steps.levels == [Level.INFO, Level.WARNING]


def test_the_level_of_what_is_wrong_is_told_once(installation: Installation, steps: Steps) -> None:
    gone = Problem(path=("access", "policies"), message="gone")
    steps.require_policies = Mock(side_effect=ConfigurationError((gone,)))  # type: ignore[method-assign]

    async def saved() -> None:
        run = Run(installation, sink=cast("LogSink", None), watch=False)
        run._watch.seen = run._watch.look()
        await run._changed()

    asyncio.run(saved())
    assert steps.told[0] == "gone"
    assert steps.levels[0] is Level.ERROR


def test_of_shadows_that_start_at_once_one_runs(installation: Installation, steps: Steps) -> None:
    async def both() -> list[dict[str, Any]]:
        run = await begun(installation)
        return [*await asyncio.gather(start(run, "/next"), start(run, "/other"))]

    first, second = asyncio.run(both())
    assert first["shadow"]["folder"] == "/next"
    assert second["refused"]["reason"] == "a shadow runs"
    kept = steps.shadows.current()
    assert kept is not None
    assert kept[0].folder == "/next"


def test_one_that_is_refused_takes_no_other_away(installation: Installation, steps: Steps) -> None:
    async def both() -> list[dict[str, Any]]:
        run = await begun(installation)
        steps.fails = {"turn"}
        first = asyncio.create_task(start(run, "/next"))
        await asyncio.sleep(0)
        second = asyncio.create_task(start(run, "/other"))
        await first
        steps.fails = set()
        return [await first, await second]

    first, second = asyncio.run(both())
    assert "No space left" in first["refused"]["reason"]
    assert second["shadow"]["folder"] == "/other"
    assert steps.shadows.is_kept()


def test_one_that_a_defect_kept_from_starting_does_not_start_later(
    installation: Installation, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def once() -> None:
        run = await begun(installation)

        async def defect(_: object) -> tuple[()]:
            raise RuntimeError("defect")

        monkeypatch.setattr(steps, "extend", defect)
        with pytest.raises(RuntimeError, match="defect"):
            await start(run)

    asyncio.run(once())
    assert not steps.shadows.is_kept()


def test_a_shadow_ends_once(installation: Installation, steps: Steps) -> None:
    async def several() -> list[dict[str, Any]]:
        run = await begun(installation)
        await start(run)
        return [*await asyncio.gather(stop(run), stop(run))]

    first, second = asyncio.run(several())
    assert first == {"ended": "it was stopped"}
    assert second["refused"]["reason"] == "no shadow runs"
    assert len(steps.shadows.history()) == 1


def test_what_the_edge_did_not_take_away_is_taken_away_later(
    installation: Installation, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow_run, "COUNTED_EVERY", 0.01)

    async def later() -> None:
        run = await begun(installation)
        await start(run)
        steps.fails = {"turn"}
        assert "No space left" in (await stop(run))["refused"]["reason"]
        watching = asyncio.create_task(run._shadow.watch())
        before = steps.tries
        await until(lambda: steps.tries >= before + 2)
        assert steps.has_shadow
        steps.fails = set()
        await until(lambda: not steps.has_shadow)
        done = steps.tries
        await asyncio.sleep(0.1)
        assert steps.tries == done
        watching.cancel()

    asyncio.run(later())
    assert len(steps.shadows.history()) == 1


@pytest.mark.parametrize("failing", ["of", "end"])
def test_a_shadow_ends_after_its_time_though_something_failed_before(
    installation: Installation, steps: Steps, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    monkeypatch.setattr(shadow_run, "COUNTED_EVERY", 0.01)

    async def later() -> None:
        run = await begun(installation)
        await start(run)
        steps.told.clear()
        steps.fails = {"time", failing}
        watching = asyncio.create_task(run._shadow.watch())
        await until(lambda: any("No space left" in one for one in steps.told))
        assert steps.shadows.is_kept()
        steps.fails = {"time"}
        await until(lambda: not steps.has_shadow)
        watching.cancel()

    asyncio.run(later())
    assert [one["why"] for one in steps.shadows.history()] == ["its time is over"]


@pytest.mark.parametrize("defect", [RuntimeError("defect"), OSError(28, "defect")])
def test_what_is_saved_after_a_defect_is_noticed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, defect: Exception
) -> None:
    async def saves(*_folders: Path, **_how: Any) -> AsyncGenerator[Any]:
        for owner in ("others", "third"):
            installation.config.write_text(CONFIG.replace("owner: tests", f"owner: {owner}"))
            yield {owner}
        await asyncio.Event().wait()

    async def twice() -> tuple[int, list[str]]:
        calls, told, done = list[str](), list[str](), asyncio.Event()

        async def changed() -> None:
            calls.append(watch.seen)
            if len(calls) == 1:
                raise defect
            done.set()

        watch = Watch(installation, changed, complain=told.append)
        watch.seen = watch.look()
        watching = asyncio.create_task(watch.run())
        await asyncio.wait_for(done.wait(), 10)
        watching.cancel()
        return len(calls), told

    monkeypatch.setattr(watchfiles, "awatch", saves)
    calls, told = asyncio.run(twice())
    assert calls == 2
    assert len(told) == 1
    assert "defect" in told[0]


def test_who_asks_at_once_hears_of_all_that_is_going_to_run(
    installation: Installation, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would be there, and so nobody would not be ready."""
    told: list[tuple[str, str]] = []

    async def until_told(*_: object, **__: object) -> None:
        asked = asyncio.to_thread(call_sync, installation.control, "status", timeout=20)
        found = cast("dict[str, Any]", await asked)["processes"]
        told.extend((one["name"], one["state"]) for one in found)

    async def serve() -> None:
        run = Run(installation, sink=cast("LogSink", None), watch=False)
        monkeypatch.setattr(run, "_begin", AsyncMock(return_value=steps.version))
        monkeypatch.setattr(run, "_specifications", lambda _: specs)
        await run.serve(installation.load(), announce=lambda _: None)

    specs = tuple(
        ProcessSpec(name=one, argv=("true",), cwd=Path("/"), environment={})
        for one in ("edge", "web")
    )
    monkeypatch.setattr(running, "Supervisor", Supervisor)
    monkeypatch.setattr(running, "run_until_told", until_told)
    monkeypatch.setattr("ringwall.gateway.ports.require_free", lambda *_: None)
    asyncio.run(serve())
    assert told == [("edge", "starting"), ("web", "starting")]
