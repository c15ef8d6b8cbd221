"""The log held against what was acknowledged: all of it, once, where it belongs, and proven."""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.gateway.live.stage import Stage
from tests.preloaded import program

import ringwall
from ringwall.lake.places import Places
from ringwall.lake.reaching import again
from ringwall.lake.snapshot import snapshot
from ringwall.lake.tables import Events, connect

VERIFIER: Final = Path(ringwall.__file__).parents[2] / "tools" / "verify_log.py"
_TRIES: Final = 10
OURS: Final = "5ca1e"
"""How the uids of what was made here begin."""


@dataclass
class Reckoning:
    """What is in a log, and what is ``wrong`` with it."""

    places: Places
    wrong: list[str] = field(default_factory=list)

    def require(self, is_so: bool, otherwise: str) -> None:
        """Note what is not as it has to be."""
        if not is_so:
            self.wrong.append(otherwise)

    def rows(self, columns: str, where: str) -> list[tuple[Any, ...]]:
        """Columns of the events for which a condition holds."""

        def read() -> list[tuple[Any, ...]]:
            found = snapshot(Events(self.places.events), self.places.journal)
            with connect() as database:
                query = f"SELECT {columns} FROM ({found.relation()}) WHERE {where}"
                return database.execute(query).fetchall()

        return again(read)

    def hold_against(self, acknowledged: Mapping[str, set[str]]) -> dict[str, int]:
        """That what was acknowledged is there once, and nothing else of it; how much by class."""
        there: dict[str, Counter[str]] = {}
        where = f"source <> 'quarantine' AND uid LIKE '{OURS}%'"
        for source, class_uid, uid in self.rows("source, class_uid, uid", where):
            there.setdefault(f"{source} {class_uid}", Counter())[uid] += 1
        for name in sorted({*acknowledged, *there}):
            wanted, found = acknowledged.get(name, set()), there.get(name, Counter())
            lost, more = wanted - found.keys(), found.keys() - wanted
            twice = sorted(uid for uid, count in found.items() if count > 1)
            for what, some in (
                ("acknowledged and lost", sorted(lost)),
                ("there without having been sent", sorted(more)),
                ("there more than once", twice),
            ):
                self.require(not some, f"{name}: {len(some)} {what}: {some[:3]}")
        return {name: found.total() for name, found in sorted(there.items())}

    def hold_one_by_one(self, column: str, wanted: Iterable[str], where: str) -> list[str]:
        """That each is there at most once; which are not there at all."""
        found = Counter(text for (text,) in self.rows(column, where))
        several = sorted(text for text in wanted if found[text] > 1)
        self.require(not several, f"{len(several)} are there more than once: {several[:3]}")
        return sorted(text for text in wanted if not found[text])

    def put_aside(self) -> Counter[str]:
        """What is in quarantine, by the reason."""
        rows = self.rows("json_extract_string(raw, '$.unmapped.reason')", "source = 'quarantine'")
        return Counter(text.partition(":")[0] for (text,) in rows)

    def verify(self, stage: Stage, key: str, *, bundles: int, seed: int) -> int:
        """By the public key alone: all of it, by Ringwall; tree and bundles by who shares no code.

        How many events are proven.
        """
        for _ in range(_TRIES):
            whole = _commanded(stage, "log", "verify", "--json", "--key", key)
            self.require(whole.returncode == 0, f"it does not verify: {whole.stdout}{whole.stderr}")
            found = json.loads(whole.stdout)
            if not found["unproven"]:
                break
            time.sleep(2.0)  # something came after the checkpoint: there will be the next
        self.require(found["holds"] and found["unproven"] == 0, f"not all is proven: {found}")
        self._independent("tree", self.places.tree, key)
        size = int(found["size"])
        for index in random.Random(seed).sample(range(size), min(bundles, size)):
            path = stage.folder / f"event-{index}.json"
            made = _commanded(stage, "log", "prove", str(index), "--out", str(path))
            self.require(made.returncode == 0, f"event {index} cannot be proven: {made.stderr}")
            self._independent("bundle", path, key)
        return size

    def _independent(self, what: str, path: Path, key: str) -> None:
        argv = [sys.executable, "-I", str(VERIFIER), what, str(path), "--key", key]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        said = f"{what} {path.name}: {done.stdout}{done.stderr}"
        self.require(done.returncode == 0, f"the independent verifier says of {said}")


def _commanded(stage: Stage, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of ``ringwall``, however long it takes for a million events."""
    argv = [str(program()), *arguments]
    return subprocess.run(argv, cwd=stage.folder, capture_output=True, text=True, check=False)
