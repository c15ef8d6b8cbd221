"""Tells when the configuration files say something else than they did."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from itertools import takewhile
from pathlib import Path
from typing import Final

import watchfiles

from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.configuration.documents import parse
from ringwall.runtime.configuration.gathering import patterns
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import Refused

_AGAIN: Final = 1.0
_LOOKS_UP_MS: Final = 200
"""So soon is it seen that a watch has begun; until then nothing that is saved is noticed."""


class Watch:
    """Calls ``changed`` whenever the files mean something new, valid or not.

    ``seen`` is what was last acted upon (see :meth:`look`); other files beside them do not count,
    nor does the same text saved again. What ``changed`` raises is told to ``complain``, and what is
    saved after it is noticed.
    """

    def __init__(
        self,
        installation: Installation,
        changed: Callable[[], Awaitable[None]],
        *,
        complain: Callable[[str], None],
    ) -> None:
        self._installation, self._changed, self._complain = installation, changed, complain
        self.seen = ""
        self._attached = {
            section.folder(section.model())
            for section in installation.sections
            if section.folder is not None
        }

    def look(self) -> str:
        """What the files say now: their hash, or everything that is wrong with them."""
        try:
            return self._installation.load().hash
        except (ConfigurationError, Refused, OSError) as error:
            return str(error)

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                folders = await asyncio.to_thread(self._folders)
                async with aclosing(_changes(folders)) as changes:
                    async for _ in changes:
                        await self._compare()
                        if await asyncio.to_thread(self._folders) != folders:
                            break
            except OSError:  # a folder has gone, or the kernel has no watches left
                await asyncio.sleep(_AGAIN)
                await self._compare()

    async def _compare(self) -> None:
        found = await asyncio.to_thread(self.look)
        if found != self.seen:
            self.seen = found
            try:
                await self._changed()
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would notice
                self._complain(f"a defect, please report it: {error!r}")

    def _folders(self) -> tuple[Path, ...]:
        """Where files of the configuration lie, or may appear."""
        config = self._installation.config
        root = config.parent
        found = {root, config.resolve().parent}
        try:
            included, _problems = patterns(parse(config.read_bytes(), Path(config.name)))
            found |= {folder for one, _ in included for folder in _certain(root, Path(one))}
            loaded = self._installation.load()
            found |= {(root / name).parent for name, _ in loaded.sources}
            self._attached = {
                section.folder(loaded.items[section.key])
                for section in self._installation.sections
                if section.folder is not None
            }
        except (ConfigurationError, Refused, OSError):
            pass  # as much as is known is watched until the files can be read
        for name in filter(None, self._attached):
            found |= {root / name, *(one for one in (root / name).rglob("*") if one.is_dir())}
        return tuple(sorted(place for place in found if place.is_dir()))


async def _changes(folders: tuple[Path, ...]) -> AsyncGenerator[None]:
    """Tell once that the watch has begun, for what was saved before it, then every change."""
    begun = False
    watched = watchfiles.awatch(
        *folders,
        recursive=False,
        debounce=300,
        step=50,
        rust_timeout=_LOOKS_UP_MS,
        yield_on_timeout=True,
    )
    async with aclosing(watched) as changes:
        async for found in changes:
            if found or not begun:
                yield
            begun = True


def _certain(root: Path, pattern: Path) -> tuple[Path, ...]:
    """The folders that a line of ``include`` speaks of before its first wildcard."""
    if pattern.is_absolute() or ".." in pattern.parts:
        return ()
    plain = takewhile(lambda part: not any(mark in part for mark in "*?["), pattern.parts)
    place = root.joinpath(*plain)
    return (place,) if place == root else (place, place.parent)
