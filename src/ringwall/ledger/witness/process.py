"""The witness's process. All it is told by its environment, and by the file of logs it knows."""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ringwall.core.clock import SystemClock
from ringwall.ledger.keys import Kind, SigningKey, VerifierKey, decode, encode
from ringwall.ledger.witness.cosigning import Logs, Witness
from ringwall.ledger.witness.serving import WitnessServer
from ringwall.ledger.witness.store import Store
from ringwall.ledger.witness.variables import (
    FOLDER_VARIABLE,
    LISTEN_VARIABLE,
    LOGS_VARIABLE,
    NAME_VARIABLE,
)
from ringwall.runtime.private_files import private_folder, write_private

SHOWN_KEY: Final = "vkey"
"""In that folder: the public key."""
MEMORY: Final = "witness.sqlite3"


def read_logs(path: Path) -> dict[str, Sequence[VerifierKey]]:
    """The keys by origin; ``ValueError`` names the line."""
    found: dict[str, list[VerifierKey]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        text, _, origin = line.strip().partition(" ")
        if not text or text.startswith("#"):
            continue
        try:
            key = VerifierKey.parse(text)
        except ValueError as error:
            msg = f"{path}, line {number}: {error}"
            raise ValueError(msg) from None
        found.setdefault(origin.strip() or key.name, []).append(key)
    return dict(found)


def opened_key(folder: Path, name: str) -> SigningKey:
    """The witness's key, made at the first start; its public part lies beside, in ``vkey``.

    ``RuntimeError`` where it cannot be read.
    """
    path = private_folder(folder) / "witness.key"
    if not path.exists():
        if (folder / MEMORY).exists():
            msg = f"{path} is missing beside what it cosigned: bring it back from a backup"
            raise RuntimeError(msg)
        made = SigningKey.new(name, Kind.COSIGNATURE)
        write_private(path, encode(made.seed).encode() + b"\n")
    try:
        key = SigningKey.of(name, decode(path.read_text("ascii").strip()), Kind.COSIGNATURE)
    except ValueError:
        msg = f"{path} cannot be read: bring it back from a backup"  # and never what is in it
        raise RuntimeError(msg) from None
    write_private(folder / SHOWN_KEY, f"{key.verifier}\n".encode(), mode=0o644)
    return key


def witness(folder: Path, name: str, logs: Logs) -> Witness:
    """The witness whose key and memory are in ``folder``."""
    key = opened_key(folder, name)
    return Witness(key=key, logs=logs, store=Store(folder / MEMORY), clock=SystemClock())


def serve() -> None:
    """Answer until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: sys.exit(0))  # what was answered is durable
    logs = Path(os.environ[LOGS_VARIABLE])
    read_logs(logs)  # a mistake in it is told now
    made = witness(
        Path(os.environ[FOLDER_VARIABLE]), os.environ[NAME_VARIABLE], lambda: read_logs(logs)
    )
    with WitnessServer(os.environ[LISTEN_VARIABLE], made) as server:
        server.serve_forever()


if __name__ == "__main__":
    serve()
