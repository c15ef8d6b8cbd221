"""The collector's process: ``python -m ringwall.lake.process``, started by the supervisor."""

import asyncio
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from ringwall.lake.places import Places
from ringwall.lake.settings import VARIABLE, Settings
from ringwall.runtime.confined_python import DEVICES, usual_reads
from ringwall.runtime.confining import NotConfinedError, confine
from ringwall.runtime.private_files import private_folder

_SPILLED: Final = "spilled"
"""Below the log: what DuckDB had no room for in memory."""

_log = logging.getLogger(__name__)


def main() -> None:
    """Collect until SIGTERM; what was read by then is accepted."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    settings = Settings.read(os.environ[VARIABLE])
    _confine(Places(Path(settings.state), Path(settings.run)))
    # Delta starts a thread when it is imported, which could not be confined any more.
    from ringwall.lake.running import serve  # noqa: PLC0415

    code = asyncio.run(serve(settings))
    logging.shutdown()
    # Threads of the table's library may be at work: Python must not be taken apart below them.
    os._exit(code)


def _confine(places: Places) -> None:
    """Leave it the log and the spools: no key that signs, no configuration, no tables of others."""
    spools = places.activity.parent.parent
    own = [private_folder(one) for one in (places.log, spools)]
    # What one that was killed left there may be of somebody who is erased.
    shutil.rmtree(places.log / _SPILLED, ignore_errors=True)
    tempfile.tempdir = str(private_folder(places.log / _SPILLED))
    try:
        confine(reads=usual_reads(), writes=[*own, *DEVICES], listens=[places.run])
    except NotConfinedError as error:
        _log.warning("the collector could reach more than it needs: %s", error)


if __name__ == "__main__":
    main()
