"""The process that passes events on, where it is configured."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ringwall.lake.exports.config import Forward, ForwardHttp, ForwardS3, ForwardSyslog
from ringwall.lake.forwarding_settings import SOCKET, VARIABLE, Settings, To
from ringwall.lake.places import Places
from ringwall.runtime.configuration import Secret
from ringwall.runtime.processes.probes import Accepts, UnixAddress
from ringwall.runtime.processes.spec import ProcessSpec

FORWARDING: Final = "forwarding"


def forwarding_process(
    places: Places,
    forward: Sequence[Forward],
    *,
    root: Path,
    environment: Mapping[str, str],
) -> ProcessSpec:
    """Passes events on. ``LookupError`` where a secret leads nowhere.

    What it is told, secrets among it, stands in its environment and in no file.
    """
    settings = Settings(
        state=str(places.state),
        run=str(places.run),
        to=tuple(_to(one, root) for one in forward),
    )
    return ProcessSpec(
        name=FORWARDING,
        argv=(sys.executable, "-m", "ringwall.lake.forwarding"),
        cwd=root,
        environment={**environment, VARIABLE: settings.encoded()},
        ready=Accepts(UnixAddress(places.run / SOCKET)),
        ready_within=20.0,
        essential=False,
    )


def _to(one: Forward, root: Path) -> To:
    match one:
        case ForwardHttp():
            return To(
                name=one.name,
                kind=one.kind,
                address=one.url or _revealed(one.secret_url),
                form=one.form,
                headers={name: secret.reveal() for name, secret in one.headers.items()},
                trust=_file(one.trust, root),
            )
        case ForwardSyslog():
            return To(
                name=one.name, kind=one.kind, address=one.address, trust=_file(one.trust, root)
            )
        case ForwardS3():
            said = {
                "endpoint_url": one.endpoint,
                "region_name": one.region,
                "aws_access_key_id": _revealed(one.access_key),
                "aws_secret_access_key": _revealed(one.secret_key),
            }
            return To(
                name=one.name,
                kind=one.kind,
                address=one.bucket,
                prefix=one.prefix,
                form=one.form,
                options={name: value for name, value in said.items() if value},
            )


def _file(path: str | None, root: Path) -> str:
    return "" if path is None else str(root / path)


def _revealed(secret: Secret | None) -> str:
    return "" if secret is None else secret.reveal()
