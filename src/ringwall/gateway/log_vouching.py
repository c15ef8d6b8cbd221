"""The processes that have others vouch for the log, and that vouch for logs of others."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.lake.config import Log
from ringwall.lake.places import Places
from ringwall.ledger.config import Anchor, FileAnchor, HttpAnchor, MailAnchor, S3Anchor, Witness
from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.vouching.variables import READY_VARIABLE, SETTINGS_VARIABLE
from ringwall.ledger.witness.variables import (
    FOLDER_VARIABLE,
    LISTEN_VARIABLE,
    LOGS_VARIABLE,
    NAME_VARIABLE,
)
from ringwall.runtime.configuration import Secret
from ringwall.runtime.private_files import private_folder, write_private
from ringwall.runtime.processes.probes import Accepts, TcpAddress, UnixAddress
from ringwall.runtime.processes.spec import ProcessSpec

VOUCHING: Final = "vouching"
WITNESS: Final = "witness"


def vouching_process(
    places: Places, log: Log, *, root: Path, environment: Mapping[str, str]
) -> ProcessSpec:
    """Has witnesses cosign and anchors keep. ``LookupError`` where a secret leads nowhere.

    What it is told, secrets of anchors among it, stands in its environment and in no file.
    """
    settings = {
        "tree": str(places.tree),
        "queue": str(places.vouched),
        "cosign_every": log.cosign_every,
        "anchor_every": log.anchor_every,
        "quorum": log.quorum,
        "witnesses": [
            {"name": one.name, "url": one.url, "vkey": one.key.strip()} for one in log.witnesses
        ],
        "anchors": [_anchor(one, root) for one in log.anchors],
    }
    ready = places.run / "vouching.sock"
    return ProcessSpec(
        name=VOUCHING,
        argv=(sys.executable, "-m", "ringwall.ledger.vouching.process"),
        cwd=root,
        environment={
            **environment,
            SETTINGS_VARIABLE: json.dumps(settings, sort_keys=True),
            READY_VARIABLE: str(ready),
        },
        ready=Accepts(UnixAddress(ready)),
        ready_within=20.0,
        essential=False,
    )


def witness_process(
    places: Places, witness: Witness, *, root: Path, environment: Mapping[str, str]
) -> ProcessSpec:
    """Cosigns for others. The logs it knows are in a file that it reads at each request."""
    run = private_folder(places.run)
    logs = run / "witness.logs"
    lines = [
        f"{key.strip()} {one.origin or VerifierKey.parse(one.keys[0]).name}\n"
        for one in witness.logs
        for key in one.keys
    ]
    content = "".join(lines).encode()
    if not logs.exists() or logs.read_bytes() != content:
        write_private(logs, content)
    listen = witness.listen
    address = (
        UnixAddress(run / listen.path) if listen.is_unix else TcpAddress(listen.host, listen.port)
    )
    place = f"unix:{run / listen.path}" if listen.is_unix else f"{listen.host}:{listen.port}"
    return ProcessSpec(
        name=WITNESS,
        argv=(sys.executable, "-m", "ringwall.ledger.witness.process"),
        cwd=root,
        environment={
            **environment,
            LISTEN_VARIABLE: place,
            FOLDER_VARIABLE: str(places.witness),
            NAME_VARIABLE: witness.name,
            LOGS_VARIABLE: str(logs),
        },
        ready=Accepts(address),
        ready_within=20.0,
        essential=False,
        outlives=("edge",),
    )


def _anchor(anchor: Anchor, root: Path) -> dict[str, Any]:
    """What :func:`ringwall.ledger.anchors.kinds.anchor_of` takes, secrets revealed."""
    said: dict[str, Any] = {"kind": anchor.kind, "name": anchor.name}
    match anchor:
        case FileAnchor():
            return {**said, "path": str(root / anchor.path)}
        case HttpAnchor():
            headers = {name: one.reveal() for name, one in anchor.headers.items()}
            return {**said, "url": anchor.url or _revealed(anchor.secret_url), "headers": headers}
        case MailAnchor():
            more = anchor.model_dump(exclude={"kind", "name", "username", "password"})
            who = {"username": anchor.username or ""}
            return {**said, **more, **who, "password": _revealed(anchor.password)}
        case S3Anchor():
            more = anchor.model_dump(exclude={"kind", "name", "prefix", "access_key", "secret_key"})
            return {
                **said,
                **more,
                "prefix": anchor.prefix or "",
                "access_key": anchor.access_key and anchor.access_key.reveal(),
                "secret_key": anchor.secret_key and anchor.secret_key.reveal(),
            }


def _revealed(secret: Secret | None) -> str:
    return "" if secret is None else secret.reveal()
