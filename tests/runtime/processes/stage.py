"""A small supervisor to be killed by tests: ``stage.py RUN_DIR PLAY.json``.

Serves ``status``, ``guardian`` and ``apply`` on ``RUN_DIR/control.sock``.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from ringwall.runtime.processes.control import CallRefusedError, ControlServer
from ringwall.runtime.processes.lock import AlreadyRunningError
from ringwall.runtime.processes.logs.sinks import open_sink
from ringwall.runtime.processes.probes import FileExists
from ringwall.runtime.processes.signals import Signals, run_until_told
from ringwall.runtime.processes.spec import ProcessSpec, SpecError
from ringwall.runtime.processes.supervisor import Supervisor


def read_play(path: Path) -> list[ProcessSpec]:
    return [
        ProcessSpec(
            name=part["name"],
            argv=tuple(part["argv"]),
            cwd=path.parent,
            environment={},
            after=tuple(part.get("after", ())),
            ready=FileExists(Path(part["ready"])) if "ready" in part else None,
            stop_grace=part.get("grace", 5.0),
        )
        for part in json.loads(path.read_text())
    ]


async def perform(run_dir: Path, play: Path) -> None:
    sink = open_sink(1)
    try:
        with Signals() as signals:
            supervisor = Supervisor(run_dir, sink=sink)
            supervisor.acquire()

            async def status() -> object:
                return [asdict(each) | {"since": None} for each in supervisor.status()]

            async def guardian() -> object:
                return {"state": supervisor.guardian, "pid": os.getpid()}

            async def apply() -> object:
                try:
                    return len(await supervisor.apply(read_play(play)))
                except SpecError as error:
                    raise CallRefusedError(str(error)) from error

            server = ControlServer({"status": status, "guardian": guardian, "apply": apply})
            await server.start(run_dir / "control.sock")
            try:
                await run_until_told(supervisor, read_play(play), signals=signals)
            finally:
                await server.close()
    finally:
        sink.close()


if __name__ == "__main__":
    try:
        asyncio.run(perform(Path(sys.argv[1]), Path(sys.argv[2])))
    except AlreadyRunningError as error:
        sys.exit(str(error))
