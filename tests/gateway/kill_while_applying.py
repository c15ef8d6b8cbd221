"""Applies configurations without end and is killed, again and again: ``kill_while_applying.py
FOLDER ROUNDS``. After each kill everything that was kept must be whole. Prints what it saw."""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from ringwall.core.clock import SystemClock
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.service import Gateway
from ringwall.runtime.configuration import Configuration, load_text
from ringwall.runtime.current import all_sections

SECTIONS = all_sections()


def configuration(number: int) -> Configuration:
    """A different one for each number; every third has one service less."""
    text = f"""
version: 1
edge:
  hosts: {{app.localhost: {{}}, h{number % 4}.localhost: {{}}}}
  response_headers: {{x-number: "{number}"}}
services:
  one: {{addresses: [127.0.0.1:1], owner: tests, sidecar: {{app: 127.0.0.1:2}}}}
  two: {{addresses: [127.0.0.1:3], owner: tests, sidecar: {{app: 127.0.0.1:4}}}}
routes:
  - {{name: one, hosts: [app.localhost], path: /**, service: one}}
"""
    if number % 3:
        text += "  - {name: two, hosts: [app.localhost], path: /two, service: two}\n"
    return load_text(text, SECTIONS)


def gateway(folder: Path) -> Gateway:
    layout = Layout(folder, folder / "state", folder / "run")
    return Gateway(layout, sections=SECTIONS, clock=SystemClock())


def apply_for_ever(folder: Path, acknowledged: int, start: int) -> None:
    """Apply one after the other; each version that was returned is told to ``acknowledged``."""
    edge = gateway(folder)
    number = start
    while True:
        number += 1
        version = edge.apply(configuration(number), author="t", reason=str(number), check=False)
        os.write(acknowledged, version.number.to_bytes(4, "big") + number.to_bytes(4, "big"))


def whole(folder: Path, acknowledged: dict[int, int]) -> int:
    """Check all that is kept; the number of the latest version."""
    edge = gateway(folder)
    found = edge.versions.all()
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    for number, configured in acknowledged.items():
        assert found[number - 1].reason == str(configured), "an applied version was lost"
    for one in found[-3:]:
        edge.versions.load(one, SECTIONS)
    for path in (folder / "state" / "xds").rglob("*.json"):
        if not path.parent.name.startswith(".") and not path.parent.parent.name.startswith("."):
            json.loads(path.read_bytes())
    return len(found)


def main(folder: Path, rounds: int) -> None:
    """Kill so many children at random moments."""
    edge = gateway(folder)
    edge.apply(configuration(0), author="t", reason="0", check=False)
    acknowledged, start, pending = {1: 0}, 0, 0
    chance = random.Random(os.getpid())
    for _ in range(rounds):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            apply_for_ever(folder, writing, start)
        os.close(writing)
        time.sleep(chance.uniform(0.02, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while told := os.read(reading, 8):
            acknowledged[int.from_bytes(told[:4], "big")] = int.from_bytes(told[4:], "big")
        os.close(reading)
        start = max(acknowledged.values()) + 1
        pending += any((folder / "state" / "versions").glob("*.pending"))
        latest = whole(folder, acknowledged)
        # The killed one may have been applied without a word: the next start settles it.
        again = edge.in_force()
        assert again is not None
        assert edge.apply(again, author="t", reason="up", check=False).number == latest
        listener = json.loads((folder / "state/xds" / EDGE / "lds.json").read_bytes())
        chains = {one["name"] for one in listener["resources"][0]["filter_chains"]}
        assert chains == {f"host {host}" for host in again.items["edge"].hosts}
        hidden = [p.name for p in (folder / "state/xds").rglob(".*") if p.name != ".lock"]
        assert not hidden, hidden
    print(f"{rounds} kills, {len(acknowledged)} acknowledged, {pending} left something pending")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
