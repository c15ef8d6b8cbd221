"""Runs the chosen attacks against the chosen servers, one server at a time, and tells."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from bench.siege import telling, with_nginx, with_ringwall
from bench.siege.attacks import ATTACKS, Field
from bench.siege.engagement import Outcome, engage
from bench.siege.services import Services
from bench.siege.target import Target

SECONDS: Final = float(os.environ.get("SIEGE_SECONDS", "10"))
REST: Final = float(os.environ.get("SIEGE_REST", "5"))
JSON: Final = os.environ.get("SIEGE_JSON")

Server = Callable[[Path, Services], AbstractContextManager[tuple[Target, dict[str, list[int]]]]]
SERVERS: Final[dict[str, Server]] = {
    "nginx": with_nginx.running,
    "ringwall": with_ringwall.running,
}


def main() -> None:
    """Measure and print."""
    attacks = _chosen("SIEGE_ATTACKS", tuple(ATTACKS))
    servers = _chosen("SIEGE_SERVERS", tuple(SERVERS))
    print(
        f"{len(attacks)} attacks, {SECONDS / 2:.0f} s of peace and {SECONDS:.0f} s of siege each, "
        f"{REST:.0f} s of rest; all on {os.cpu_count()} cores\n",
        flush=True,
    )
    found: list[Outcome] = []
    skipped: list[str] = []
    for name in servers:
        if name == "nginx" and not _installed("nginx"):
            _skip(skipped, "nginx: it is not installed (package nginx-light)")
        else:
            for outcome in _against(name, attacks, skipped):
                found.append(outcome)
                if JSON is not None:
                    Path(JSON).write_text(json.dumps(telling.to_json(found), indent=1))
    if not found:
        sys.exit("nothing could be measured")
    print(f"\n{telling.table(found, {name: one.title for name, one in ATTACKS.items()})}\n")
    print("Goals: 99.9 % success, p99 at most twice that of peace, memory within 10 %")
    for one in skipped:
        print(f"Not measured, and so not passed: {one}")
    if JSON is None:
        print(f"\n{json.dumps(telling.to_json(found), indent=1)}")


def _against(server: str, attacks: tuple[str, ...], skipped: list[str]) -> Iterator[Outcome]:
    with (
        tempfile.TemporaryDirectory(prefix="siege-", dir="/tmp") as folder,
        Services(Path(folder)) as services,
    ):
        (Path(folder) / server).mkdir()
        print(f"{server}: starting", flush=True)
        with SERVERS[server](Path(folder) / server, services) as (target, parts):
            for name in attacks:
                attack = ATTACKS[name]
                if attack.tool is not None and not _installed(attack.tool):
                    _skip(skipped, f"{server}, {name}: {attack.tool} is not installed")
                    continue
                print(f"{server}, {name}: {attack.title} ...", end=" ", flush=True)
                field = Field(target, SECONDS, services)
                outcome = engage(name, attack, field, parts=parts, rest=REST)
                print(f"{outcome.siege.success:.2%} well", flush=True)
                yield outcome


def _skip(skipped: list[str], why: str) -> None:
    print(f"skipped: {why}", flush=True)
    skipped.append(why)


def _installed(program: str) -> bool:
    return shutil.which(program) is not None or Path("/usr/sbin", program).exists()


def _chosen(variable: str, all_of_them: tuple[str, ...]) -> tuple[str, ...]:
    """What an environment variable names, or all."""
    named = tuple(one for one in os.environ.get(variable, "").split(",") if one)
    for one in named:
        if one not in all_of_them:
            sys.exit(f"{variable}: there is no {one!r}: {', '.join(all_of_them)}")
    return named or all_of_them
