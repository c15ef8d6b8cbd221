"""One proxy's files on their way into force: written beside, then renamed step by step.

Staging writes everything; from then on only names change, which neither a full disk nor a kill can
leave half done. The order is make before break:

1. ``widen``: clusters and accepted callers of both the old and the new configuration
2. ``turn``: route tables, listeners and the bootstrap are the new ones; a listener that moved is
   open at both addresses
3. ``narrow``: what only the old configuration needed is taken away

``put_back`` at any time before ``narrow`` restores every file as it was, to the byte.

What is revoked changes meanwhile, and nobody waits for a change that is under way:
:meth:`Handover.wherever` says where else such a file lies, and every renaming holds ``moment``, so
that none brings back what was there before.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from ringwall.gateway import staging, xds
from ringwall.gateway.admin import Admin
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.resources import Json, discovery
from ringwall.runtime.private_files import private_folder, remove_leftovers

_BOOTSTRAP: Final = "bootstrap.json"


class Handover:
    """The files of one proxy in ``folder``; ``admin`` is asked whether a running one took them.

    ``moment`` is a lock that is held while files are renamed, but not while Envoy is waited for.
    """

    def __init__(
        self,
        folder: Path,
        *,
        admin: Admin,
        moment: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._folder, self._admin, self._moment = folder, admin, moment
        self._filters: tuple[str, ...] = ()
        self._tables: tuple[str, ...] = ()
        self._variants: tuple[str, ...] = ()
        self._secrets: dict[str, str] = {}

    def stage(
        self,
        rendering: Rendering,
        wide: Rendering,
        *,
        version: str,
        secrets: Mapping[str, Json],
        wide_secrets: Mapping[str, Json],
    ) -> None:
        """Write all that will be needed; nothing that Envoy reads is touched.

        ``secrets`` are SDS resources by file name; ``wide`` and ``wide_secrets`` accept the callers
        of before too.
        """
        self.clear()
        for name in ("sds", *rendering.folders):
            private_folder(self._folder / name)
        files = rendering.files(version)
        before = xds.resources(self._folder / "cds.json")
        names = {one["name"] for one in rendering.clusters}
        leaving = [one for one in before if one["name"] not in names]
        _write(self._staged(_BOOTSTRAP), rendering.bootstrap)
        variants = rendering.variants(version)
        for name, value in {**files, **variants}.items():
            _write(self._staged(name), value)
        both = discovery([*rendering.clusters, *leaving], f"{version}+" if leaving else version)
        _write(self._wide("cds.json"), both)
        doors = _both_open(xds.resources(self._folder / "lds.json"), rendering.listeners)
        _write(self._wide("lds.json"), discovery(doors, version))
        self._filters = tuple(name for name in files if name.startswith("ecds-"))
        self._tables = tuple(name for name in files if name.startswith("rds-"))
        self._variants = tuple(variants)
        for name in self._filters:
            _write(self._wide(name), wide.files(version)[name])
        for name, resource in secrets.items():
            _write(self._staged(name), {"resources": [resource]})
        for name, resource in wide_secrets.items():
            _write(self._wide(name), {"resources": [resource]})
        self._secrets = {name: str(one["name"]) for name, one in secrets.items()}
        self._keep()

    def widen(self) -> None:
        """Accept callers and know clusters of both configurations; wait until they work."""
        for name in self._secrets:
            self._give_secret(name, self._wide(name))
        for name in self._filters:
            self._give(name, self._wide(name))
        self._give("cds.json", self._wide("cds.json"))
        xds.await_warm(self._admin)

    def turn(self) -> None:
        """Let the new tables and listeners lead to them."""
        with self._moment():
            for name in self._variants:  # first: a posture that changes now finds the new ones
                self._staged(name).replace(self._folder / name)
        for name in self._tables:
            self._give(name, self._staged(name))
        self._staged(_BOOTSTRAP).replace(self._folder / _BOOTSTRAP)
        self._give("lds.json", self._wide("lds.json"))
        xds.await_warm(self._admin)

    def narrow(self) -> None:
        """Take away what only the configuration before needed; there is no way back."""
        self._give("lds.json", self._staged("lds.json"))
        self._give("cds.json", self._staged("cds.json"))
        for name in self._filters:
            self._give(name, self._staged(name))
        for name in self._secrets:
            self._give_secret(name, self._staged(name))
        self.clear()

    @staticmethod
    def wherever(folder: Path, name: str) -> tuple[Path, ...]:
        """Where a file lies, and where a change under way has others that may take its place."""
        return staging.wherever(folder, name)

    def put_back(self) -> None:
        """Restore the files as they were when :meth:`stage` ended."""
        with self._moment():
            self._restore()

    def _restore(self) -> None:
        kept = self._folder / staging.KEPT
        for path in self._files():
            if not (kept / path.relative_to(self._folder)).exists():
                path.unlink(missing_ok=True)
        for copy in (path for path in kept.rglob("*") if path.is_file()):
            path = self._folder / copy.relative_to(kept)
            # Renaming one name of a file over another of the same file does nothing (rename(2)).
            if not (path.exists() and path.samefile(copy)):
                copy.replace(path)
        self._clear()

    def clear(self) -> None:
        """Remove what was staged and kept, by this or by a killed process."""
        with self._moment():
            self._clear()

    def _clear(self) -> None:
        for name in (staging.STAGED, staging.WIDE, staging.KEPT):
            shutil.rmtree(self._folder / name, ignore_errors=True)
        remove_leftovers(self._folder / "sds")

    def _keep(self) -> None:
        """Give every file a second name, which costs no room on the disk."""
        for path in self._files():
            copy = self._folder / staging.KEPT / path.relative_to(self._folder)
            private_folder(copy.parent)
            copy.hardlink_to(path)

    def _files(self) -> tuple[Path, ...]:
        return (*self._folder.glob("*.json"), *self._folder.glob("sds/*.json"))

    def _give(self, name: str, source: Path) -> None:
        self._place(name, source, xds.statistics_of(name))

    def _give_secret(self, name: str, source: Path) -> None:
        self._place(name, source, xds.statistics_of_secret(self._secrets[name]))

    def _place(self, name: str, source: Path, statistics: str) -> None:
        path = self._folder / name
        if not xds.says_the_same(path, source):
            xds.replace(path, source, statistics=statistics, admin=self._admin, moment=self._moment)

    def _staged(self, name: str) -> Path:
        return self._folder / staging.STAGED / name

    def _wide(self, name: str) -> Path:
        return self._folder / staging.WIDE / name


def _both_open(before: Sequence[Json], after: Sequence[Json]) -> list[Json]:
    """The new listeners, where one has moved at the old address too."""
    old = {one["name"]: one["address"] for one in before}
    taken = [one["address"] for one in after]
    return [
        {**one, "additional_addresses": [{"address": old[one["name"]]}]}
        if "socket_address" in old.get(one["name"], {})
        and "socket_address" in one["address"]
        and old[one["name"]] not in taken
        else one
        for one in after
    ]


def _write(path: Path, value: Json) -> None:
    """Write a new file. Not synced to the disk: after a loss of power all is staged once more."""
    private_folder(path.parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(xds.encoded(value))
