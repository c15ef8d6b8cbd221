"""The process that passes events on: ``python -m ringwall.lake.forwarding``.

What it passes on where it is told by its environment, secrets included, so that none stands in a
command line. Each destination has a thread and a position of its own: one that is away holds up no
other, and goes on where it ended.
"""

import logging
import os
import signal
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Final

import msgspec

from ringwall.lake.bucket import BucketError
from ringwall.lake.exporting import form_of, rows_from
from ringwall.lake.exports.destinations import DeliveryError, Destination
from ringwall.lake.exports.forwarding import Forwarder, PositionError
from ringwall.lake.exports.http import Http
from ringwall.lake.exports.s3 import S3, client
from ringwall.lake.exports.syslog import Syslog
from ringwall.lake.exports.syslog_tls import SyslogTls
from ringwall.lake.faring import FORWARDING
from ringwall.lake.forwarding_settings import SOCKET, VARIABLE, Settings, To
from ringwall.lake.ocsf import event_of
from ringwall.lake.places import Places
from ringwall.lake.reaching import again
from ringwall.runtime.announcing import announce
from ringwall.runtime.private_files import private_folder, write_private

FOLDER: Final = "forwarded"
"""Below the log: the positions."""
_TELLS_EVERY_S: Final = 1.0
_IDLE_S: Final = 0.5

_log = logging.getLogger(__name__)


def main() -> None:
    """Pass on until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    settings = Settings.read(os.environ[VARIABLE])
    places = Places(Path(settings.state), Path(settings.run))
    folder = private_folder(places.log / FOLDER)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())

    def source(first: int, count: int) -> list[dict[str, object]]:
        try:
            return again(lambda: rows_from(places, first, count))
        except BucketError as error:
            raise DeliveryError(str(error)) from error

    try:
        forwarders = {
            one.name: Forwarder(source, destination_of(one), folder / f"{one.name}.json")
            for one in settings.to
        }
    except (PositionError, OSError, ValueError) as error:
        _log.error("%s", error)
        sys.exit(1)
    threads = [
        threading.Thread(target=one.run, args=(stop,), kwargs={"idle": _IDLE_S}, name=name)
        for name, one in forwarders.items()
    ]
    for thread in threads:
        thread.start()
    announce(places.run / SOCKET)
    while not stop.wait(_TELLS_EVERY_S):
        _tell(places.run / FORWARDING, forwarders)
        if not all(thread.is_alive() for thread in threads):
            _log.error("a destination ended for a defect, please report it")
            stop.set()
            sys.exit(1)
    for thread in threads:
        thread.join(5.0)


def destination_of(to: To) -> Destination:
    """Where it goes; ``ValueError`` or ``OSError`` where it cannot be read."""
    if to.kind == "http":
        verify: bool | str = to.trust or True
        return Http(to.address, form_of(to.form), headers=to.headers, verify=verify)
    if to.kind == "s3":
        return S3(to.address, to.prefix, form_of(to.form), lambda: client(**to.options))
    host, _, port = to.address.rpartition(":")
    context = ssl.create_default_context(cafile=to.trust or None)
    return SyslogTls((host.strip("[]"), int(port)), context, Syslog(event_of, host=os.uname()[1]))


def _tell(path: Path, forwarders: dict[str, Forwarder]) -> None:
    told = {
        name: {
            "next": one.status.position,
            "failures": one.status.failures,
            "trouble": one.status.trouble,
        }
        for name, one in forwarders.items()
    }
    try:
        write_private(path, msgspec.json.encode({"at": time.time(), "to": told}))
    except OSError as error:
        _log.warning("how far events were passed on cannot be told: %s", error)


if __name__ == "__main__":
    main()
