"""How long it takes to judge past requests again, and to review what they used.

The shop's configuration, and in the log ``BENCH_ROWS`` requests of four days by people, keys,
programs and applications, every path another one; then ``ringwall access replay`` by policies that
ask for fresher proofs, and ``ringwall access review``.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.gateway.made_records import NOW, SHOP, Scene
from tests.lake.logs import into_the_log

from ringwall.gateway.answers import Answers
from ringwall.gateway.versions import VersionStore
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import Configuration
from ringwall.runtime.configuration.loading import load
from ringwall.runtime.current import all_sections
from ringwall.runtime.private_files import private_folder

ROWS: Final = int(os.environ.get("BENCH_ROWS", "1000000"))
_DAYS: Final = 4
_KINDS: Final = 3000
"""So many different requests by whom, for what and in which circumstances."""


def main() -> None:
    """Print the seconds, the processor time and the memory of both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        drafts = _make(folder)
        print(f"{ROWS:,} requests of {_DAYS} days\n")
        print(f"{'':8} seconds  processor seconds  us/request  MB")
        for words in (
            ["replay", "--days", "5", "--policies", str(drafts)],
            ["review", "--propose", str(folder / "least")],
        ):
            _measure(folder, words)


def _make(folder: Path) -> Path:
    shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns(".ringwall"))
    configuration = load(folder / "ringwall.yaml", all_sections())
    state = private_folder(folder / ".ringwall")
    versions = VersionStore(state / "versions")
    began = datetime.now(UTC) - timedelta(days=_DAYS)
    applied = began - timedelta(days=1)
    versions.commit(versions.begin(configuration, author="bench", time=applied, reason="bench"))
    _record(private_folder(state / "spool" / "edge") / "access.jsonl", configuration, began)
    _collect(state)
    shutil.rmtree(state / "spool")
    drafts = folder / "drafts"
    drafts.mkdir()
    for file in (folder / "policies").glob("*.cedar"):
        text = file.read_text().replace("proven_ago <= 3600", "proven_ago <= 600")
        (drafts / file.name).write_text(text)
    return drafts


def _collect(state: Path) -> None:
    """In a process of its own, whose memory is none of what is measured."""
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        if other.submit(into_the_log, state).result() != ROWS:
            sys.exit("not all requests are in the log")


def _record(file: Path, configuration: Configuration, began: datetime) -> None:
    scene = Scene(Answers(Wanted.of(configuration)), 1)
    made = [one.line for one in scene.requests(_KINDS)]
    ages = [
        None if one["proven"] is None else NOW + at - int(one["proven"])
        for at, one in enumerate(made)
    ]
    with file.open("w") as out:
        for number in range(ROWS):
            line, age = made[number % _KINDS], ages[number % _KINDS]
            at = began + timedelta(days=_DAYS) * (number / ROWS)
            line["time"] = f"{at:%Y-%m-%dT%H:%M:%S}.250Z"
            line["request_id"] = f"{number:08x}-0000-4000-8000-000000000000"
            if age is not None:
                line["proven"] = str(int(at.timestamp()) - age)
            told = json.dumps(line, separators=(",", ":"), sort_keys=True)
            out.write(told.replace("/orders/", f"/orders/{number}-") + "\n")


def _measure(folder: Path, words: list[str]) -> None:
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ringwall", "access", *words],
            cwd=folder,
            stdout=out,
            stderr=out,
        )
        _, _, used = os.wait4(process.pid, 0)
        out.seek(0)
        told = out.read()
    seconds, spent = time.monotonic() - began, used.ru_utime + used.ru_stime
    if f"{ROWS:,} requests are recorded" not in told:
        sys.exit(f"{words[0]} failed: {told[-500:]}")
    print(
        f"{words[0]:8} {seconds:7.1f}  {spent:17.1f}  {spent / ROWS * 1e6:10.1f}  "
        f"{used.ru_maxrss / 1024:3.0f}",
        flush=True,
    )
