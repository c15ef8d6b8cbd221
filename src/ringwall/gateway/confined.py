"""The web process reads no key that signs the log, and cannot change the log: by the kernel.

It answers strangers. So whoever takes it over finds it able to write what is its own: its tables,
the record of what it does, what identity keeps. The log, spools of others, configurations in force
and sockets are there to be read; keys that sign are not; and no process here does what it asks.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ringwall.lake.places import Places
from ringwall.runtime.confined_python import DEVICES, is_within, usual_reads
from ringwall.runtime.confining import NotConfinedError, confine, mark
from ringwall.runtime.installation import Installation
from ringwall.runtime.private_files import private_folder
from ringwall.runtime.recording.spool import spool_of
from ringwall.runtime.secret_key import secret_key
from ringwall.runtime.table_files import FOLDER, are_home

if TYPE_CHECKING:
    from ringwall.gateway.wanted import Wanted

READS_VARIABLE: Final = "RINGWALL_WEB_READS"
"""More that the web process reads: paths of what the configuration names, parted by ``:``."""
TOLD: Final = "web-confined"
"""In the run folder: ``yes``, or why not."""
_TEMPORARY: Final = "web-tmp"
_OF_POSTGRESQL: Final = (".pgpass", ".pg_service.conf", ".postgresql")

_log = logging.getLogger(__name__)


def confine_web(installation: Installation) -> None:
    """Confine this process, before it has threads; where that cannot be it goes on, and says so."""
    temporary = installation.run / _TEMPORARY
    temporary.mkdir(mode=0o700, exist_ok=True)
    tempfile.tempdir = os.environ["SQLITE_TMPDIR"] = str(temporary)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(installation.run / TOLD, flags, 0o600)
    with os.fdopen(descriptor, "wb") as told:  # opened before, as it could not be afterwards
        why = _confined(installation)
        told.write((why or "yes").encode())
    if why is not None:
        _log.warning("whoever took over the web process could change or sign the log: %s", why)


def also_read(wanted: "Wanted", root: Path) -> str:
    """The value of :data:`READS_VARIABLE`: certificates that are brought as files."""
    from ringwall.gateway.config import FileCertificate  # noqa: PLC0415 - not for who is confined

    found = {
        str(root / path)
        for host in wanted.edge.hosts.values()
        if isinstance(host.certificate, FileCertificate)
        for path in (host.certificate.chain, host.certificate.key)
    }
    return os.pathsep.join(sorted(found))


def written_by_web(installation: Installation) -> tuple[Path, ...]:
    """The folders in which the web process writes files, made where they were missing."""
    state = installation.state
    secret_key(state)  # made while it can be
    own = (state / FOLDER, spool_of(state).parent, state / "identity")
    return (*map(private_folder, own), installation.run / _TEMPORARY)


def _confined(installation: Installation) -> str | None:
    """Do it; ``None``, or why it could not be."""
    reads = [*_reads(installation), installation.state, installation.run]
    writes = written_by_web(installation)
    whole = () if are_home(installation.state) else (installation.state,)
    keys = _keys_of(installation)
    around = [path for path in (*reads, *writes) if is_within(keys, path)]
    if around:
        return f"{around[0]}, which it needs, is around {keys}"
    try:
        mark()
        confine(reads=reads, fills=[*writes, *DEVICES], writes=whole)
    except NotConfinedError as error:
        return str(error)
    if whole:
        return f"tables lie in {installation.state} itself until Ringwall is stopped and started"
    return None


def _keys_of(installation: Installation) -> Path:
    return Places(installation.state, installation.run).keys


def _reads(installation: Installation) -> Iterator[Path]:
    yield from usual_reads()
    home = Path.home()
    yield from (home / name for name in _OF_POSTGRESQL)
    for text in os.environ.get(READS_VARIABLE, "").split(os.pathsep):
        # The folder, as a renewed file is another one; never all that is around the keys.
        folder = Path(text).parent
        if text and not is_within(_keys_of(installation), folder):
            yield folder
        elif text:
            yield Path(text)
