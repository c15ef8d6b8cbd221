"""The web process cannot read what signs the log: the kernel keeps it from all it does not need."""

import logging
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import ringwall
from ringwall.gateway.config import FileCertificate
from ringwall.gateway.log_processes import keys_of
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.confining import NotConfinedError, confine
from ringwall.runtime.installation import Installation
from ringwall.runtime.private_files import write_private

READS_VARIABLE: Final = "RINGWALL_WEB_READS"
"""More that the web process reads: paths of what the configuration names, parted by ``:``."""
TOLD: Final = "web-confined"
"""In the run folder: ``yes``, or why not."""
_SYSTEM: Final = ("/bin", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/sbin", "/sys", "/usr")
_DEVICES: Final = ("/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero")
_OF_POSTGRESQL: Final = (".pgpass", ".pg_service.conf", ".postgresql")

_log = logging.getLogger(__name__)


def confine_web(installation: Installation) -> None:
    """Confine this process, before it has threads; where that cannot be it goes on, and says so."""
    temporary = installation.run / "web-tmp"
    temporary.mkdir(mode=0o700, exist_ok=True)
    tempfile.tempdir = os.environ["SQLITE_TMPDIR"] = str(temporary)
    why = _confined(installation)
    if why is not None:
        _log.warning("the web process could read the key that signs the log: %s", why)
    write_private(installation.run / TOLD, (why or "yes").encode())


def also_read(wanted: Wanted, root: Path) -> str:
    """The value of :data:`READS_VARIABLE`: certificates that are brought as files."""
    found = {
        str(root / path)
        for host in wanted.edge.hosts.values()
        if isinstance(host.certificate, FileCertificate)
        for path in (host.certificate.chain, host.certificate.key)
    }
    return os.pathsep.join(sorted(found))


def _confined(installation: Installation) -> str | None:
    """Do it; ``None``, or why it could not be."""
    reads, writes = list(_reads(installation)), [installation.state, installation.run]
    keys = keys_of(installation)
    around = [path for path in (*reads, *writes) if _is_within(keys, path)]
    if around:
        return f"{around[0]}, which it needs, is around {keys}"
    try:
        confine(reads=reads, writes=[*writes, *map(Path, _DEVICES)])
    except NotConfinedError as error:
        return str(error)
    return None


def _reads(installation: Installation) -> Iterator[Path]:
    yield from map(Path, _SYSTEM)
    for path in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()):
        yield Path(path)
    yield from map(Path, ringwall.__path__)
    home = Path.home()
    yield from (home / name for name in _OF_POSTGRESQL)
    for text in os.environ.get(READS_VARIABLE, "").split(os.pathsep):
        # The folder, as a renewed file is another one; never all that is around the keys.
        folder = Path(text).parent
        if text and not _is_within(keys_of(installation), folder):
            yield folder
        elif text:
            yield Path(text)


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
