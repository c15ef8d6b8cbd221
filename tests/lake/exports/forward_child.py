"""A process that forwards made-up events until it is killed: ``KIND ADDRESS POSITION CA [MOST]``.

With ``MOST`` it rests after about so many, until it is killed.
"""

import ssl
import sys
import threading
from pathlib import Path
from typing import Any

from tests.lake.search import made

from ringwall.lake.exports.destinations import Destination
from ringwall.lake.exports.formats import Row
from ringwall.lake.exports.forwarding import Forwarder
from ringwall.lake.exports.http import Http
from ringwall.lake.exports.ocsf_json import OcsfJson
from ringwall.lake.exports.s3 import S3, client
from ringwall.lake.exports.syslog import Syslog
from ringwall.lake.exports.syslog_tls import SyslogTls

TOTAL = 3000


def to_ocsf(row: Row) -> dict[str, Any]:
    return {"index": row["index"], "message": "x" * 200}


def source(first: int, count: int) -> list[Row]:
    return [made.row(one) for one in range(first, min(TOTAL, first + count))]


def destination(kind: str, address: str, ca: str) -> Destination:
    if kind == "http":
        return Http(address, OcsfJson(to_ocsf), timeout=5)
    if kind == "s3":
        settings = {
            "endpoint_url": address,
            "aws_access_key_id": "a",
            "aws_secret_access_key": "b",
            "region_name": "us-east-1",
        }
        return S3("events", "log", OcsfJson(to_ocsf), lambda: client(**settings))
    context = ssl.create_default_context(cafile=ca)
    form = Syslog(to_ocsf, host="here")
    return SyslogTls(("localhost", int(address)), context, form, timeout=5)


def main() -> None:
    kind, address, position, ca = sys.argv[1:5]
    forwarder = Forwarder(
        source,
        destination(kind, address, ca),
        Path(position),
        batch=60 if kind == "syslog" else 20,
        shortest=0.01,
        longest=0.05,
    )
    stop = threading.Event()
    print("ready", flush=True)
    end = forwarder.status.position + int(sys.argv[5]) if len(sys.argv) > 5 else TOTAL
    while forwarder.status.position < min(end, TOTAL):
        stop.wait(forwarder.step() or 0)
    if end != TOTAL:
        stop.wait()
    print("done", flush=True)


if __name__ == "__main__":
    main()
