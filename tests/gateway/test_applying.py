"""A change is ended whatever becomes of the shadow, and saved files are noticed after a defect."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import pytest
import watchfiles

from ringwall.gateway import running
from ringwall.gateway.change import Change
from ringwall.gateway.running import Run
from ringwall.gateway.versions import Version
from ringwall.gateway.watching import Watch
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation
from ringwall.runtime.processes.logs.records import LogSink

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
    """The parts of a run, which write down what they are asked for."""

    def __init__(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.run, self.done, self.told = run, list[str](), list[str]()
        self.version = cast("Version", type("V", (), {"number": 2}))
        monkeypatch.setattr(run, "_gateway", self)
        monkeypatch.setattr(run, "_supervisor", self)
        monkeypatch.setattr(running, "specifications", lambda *_: ())
        monkeypatch.setattr(run, "_ready_callouts", lambda _: None)
        monkeypatch.setattr(run, "_tell_worker", lambda: None)

    def begin(self, *_: object, **_more: object) -> Change:
        return cast("Change", self)

    def prepare(self) -> None:
        self.done.append("prepare")

    def turn(self) -> None:
        self.done.append("turn")

    def finish(self) -> None:
        self.done.append("finish")

    async def extend(self, _: object) -> tuple[()]:
        return ()

    async def apply(self, _: object) -> None:
        self.done.append("apply")

    def shadow_of(self, _: object) -> tuple[None, None]:
        raise OSError(28, "No space left on device")

    def say(self, _: object, sentence: str) -> None:
        self.told.append(sentence)


def test_a_change_is_ended_whatever_becomes_of_the_shadow(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def change() -> Steps:
        run = Run(installation, sink=cast("LogSink", None), watch=False)
        steps = Steps(run, monkeypatch)
        await run._apply(installation.load(), author="ada", reason="reload")
        return steps

    steps = asyncio.run(change())
    assert steps.done == ["prepare", "turn", "apply", "finish"]
    assert any("No space left on device" in one for one in steps.told)
    assert any("version 2 is in force" in one for one in steps.told)


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
