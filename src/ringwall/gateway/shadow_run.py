"""The shadow of a run: started, counted and ended, one of these at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from ringwall.gateway import recording
from ringwall.gateway.compiled import SHORT
from ringwall.gateway.refusing import REFUSALS, refusal
from ringwall.gateway.service import Gateway
from ringwall.gateway.versions import Version
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.installation import author
from ringwall.runtime.processes.logs.lines import neutral
from ringwall.runtime.processes.logs.records import Level

COUNTED_EVERY: Final = 20.0
"""Seconds."""

Put = Callable[[str, str], Awaitable[Version]]
"""Applies what is in force once more, by whom and why; raises ``REFUSALS``."""


class ShadowRun:
    """What a run does about the shadow. Construct it in the event loop.

    ``configuration`` is what is in force. ``put`` lays out the shadow that is kept, or none.
    """

    def __init__(
        self,
        gateway: Gateway,
        *,
        configuration: Callable[[], Configuration | None],
        put: Put,
        say: Callable[[Level, str], None],
    ) -> None:
        self._gateway, self._configuration, self._put = gateway, configuration, put
        self._say = say
        self._busy = asyncio.Lock()

    async def start(self, author: str, folder: str, seconds: float) -> object:
        """Have the policies in a folder run beside what is in force; a refusal is an answer."""
        async with self._busy:
            try:
                configuration = self._configuration()
                if configuration is None:
                    msg = "nothing is in force yet"
                    raise LookupError(msg)
                shadow = await asyncio.to_thread(
                    self._gateway.shadowing.begin,
                    configuration,
                    Path(folder),
                    author=author,
                    seconds=seconds,
                )
            except REFUSALS as error:
                return {"refused": refusal(error)}
            try:
                version = await self._put(author, f"shadow of {folder}")
            except BaseException as error:
                await asyncio.to_thread(self._gateway.shadows.forget)
                if not isinstance(error, REFUSALS):
                    raise
                return {"refused": refusal(error)}
            if not self._gateway.has_shadow:
                await asyncio.to_thread(self._gateway.shadows.forget)
                msg = "what is in force has changed meanwhile: start it once more"
                return {"refused": refusal(LookupError(msg))}
        await asyncio.to_thread(
            recording.shadow_changed,
            self._gateway.layout.state,
            author=author,
            before=None,
            after=shadow.to_json(),
        )
        self._say(
            Level.INFO,
            f"a shadow of {neutral(folder)} runs beside version {version.number} until "
            f"{shadow.until:%Y-%m-%d %H:%M} UTC ({neutral(author)})",
        )
        return {"shadow": shadow.to_json(), "version": version.to_json()}

    async def stop(self, author: str) -> object:
        """Let none run any more; a refusal is an answer."""
        async with self._busy:
            if not await asyncio.to_thread(self._gateway.shadows.is_kept):
                return {"refused": refusal(LookupError("no shadow runs"))}
            try:
                return await self._end("it was stopped", by=author)
            except (*REFUSALS, ValueError) as error:
                return {"refused": refusal(error)}

    async def see(self) -> None:
        """Remember that a shadow has ended which a configuration was applied without.

        What is in force is so by then, and stays whatever becomes of the shadow.
        """
        async with self._busy:
            configuration = self._configuration()
            if configuration is None:
                return
            try:
                await asyncio.to_thread(self._see, configuration)
            except (OSError, ValueError) as error:
                self._complain(f"what the shadow came to is not kept yet: {error}")

    def _see(self, configuration: Configuration) -> None:
        _, why = self._gateway.shadowing.of(Wanted.of(configuration))
        # One that ended since is taken away soon, by who watches it.
        if why is not None and not self._gateway.has_shadow:
            before = self._kept()
            self._gateway.shadowing.end(why=why)
            state = self._gateway.layout.state
            recording.shadow_changed(state, author="", before=before, after=None, why=why)
            self._say(Level.WARNING, f"the shadow has ended: {why}")

    async def watch(self) -> None:
        """Count now and then, and end it when its time is over, until cancelled."""
        pause = self._pause()
        while True:
            await asyncio.sleep(pause)
            try:
                await self._look()
                pause = self._pause()
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would end it
                self._complain(f"the shadow is not counted for now, it is tried again: {error!r}")
                pause = COUNTED_EVERY

    def _pause(self) -> float:
        return min(COUNTED_EVERY, self._gateway.shadows.left())

    async def _look(self) -> None:
        async with self._busy:
            configuration = self._configuration()
            if configuration is None:
                return
            over = await asyncio.to_thread(self._count, configuration)
            if over is not None:
                await self._end(over, by="")
            elif await asyncio.to_thread(self._is_left_behind):
                await self._take_away(author(), "shadow ended")

    def _count(self, configuration: Configuration) -> str | None:
        shadow, why = self._gateway.shadowing.of(Wanted.of(configuration))
        if shadow is not None and why is None:
            self._gateway.shadowing.counter().count(shadow.hash[:SHORT])
        return why

    def _is_left_behind(self) -> bool:
        """Whether the edge still counts for one that has ended, having refused to be without."""
        return self._gateway.has_shadow and not self._gateway.shadows.is_kept()

    async def _end(self, why: str, *, by: str) -> object:
        before = await asyncio.to_thread(self._kept)
        await asyncio.to_thread(self._gateway.shadowing.end, why=why, by=by)
        await asyncio.to_thread(
            recording.shadow_changed,
            self._gateway.layout.state,
            author=by,
            before=before,
            after=None,
            why=why,
        )
        self._say(Level.INFO, f"the shadow has ended: {why}{f' ({neutral(by)})' if by else ''}")
        refused = await self._take_away(by or author(), f"shadow ended, {why}")
        return {"ended": why} if refused is None else {"refused": refused}

    def _kept(self) -> dict[str, Any] | None:
        """The shadow that runs; ``None`` where its file cannot be read."""
        try:
            found = self._gateway.shadows.current()
        except (OSError, ValueError):
            return None
        return None if found is None else found[0].to_json()

    async def _take_away(self, by: str, reason: str) -> dict[str, Any] | None:
        try:
            await self._put(by, reason)
        except REFUSALS as error:
            self._complain(
                "the edge still counts for a shadow that has ended, until it is tried again: "
                f"{error}"
            )
            return refusal(error)
        return None

    def _complain(self, sentence: str) -> None:
        self._say(Level.ERROR, sentence)
