"""One run of the intake: its doors, what it reads again each second, how it stands."""

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.lake.intake.counts import Counts, write_status
from ringwall.lake.intake.credentials import Changes, Credentials
from ringwall.lake.intake.desk import Desk, remembered_from
from ringwall.lake.intake.doors import Door
from ringwall.lake.intake.frames import PREFACE
from ringwall.lake.intake.http1 import Answer, Conversation, Head, Held, Ready, problem
from ringwall.lake.intake.http2 import Streams, begun
from ringwall.lake.intake.local import changed, listening_for, proven_at
from ringwall.lake.intake.pressure import Pressure
from ringwall.lake.intake.rpc import LARGEST, ONCE, REFUSALS, Calls
from ringwall.lake.intake.senders import (
    Keys,
    Refusal,
    Sender,
    of_certificate,
    of_request,
    read_local,
)
from ringwall.lake.intake.settings import Settings, Tls
from ringwall.lake.intake.site import Site
from ringwall.lake.intake.spool import Spool
from ringwall.lake.intake.syslog_stream import SyslogStream
from ringwall.runtime.announcing import listening_at
from ringwall.runtime.private_files import private_folder

_EVERY_S: Final = 1.0
_PATIENCE_S: Final = 5.0
_LOCAL_CONNECTIONS: Final = 100
_CONTROL_CONNECTIONS: Final = 20

_log = logging.getLogger(__name__)


class Intake:
    """Everything of one process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        folder = private_folder(settings.spool.parent)
        private_folder(settings.control.parent)
        self._counts, self._held = Counts(), Held()
        self._pressure = Pressure(
            folder / settings.spool.name, settings.largest, settings.least_free
        )
        self._spool = Spool(settings.spool)
        window = remembered_from(settings.spool)
        self._desk = Desk(self._spool, self._pressure, self._counts, window)
        self._credentials = None
        if settings.tls is not None:
            self._credentials = Credentials(settings.tls)
        self._keys, self._local = Keys(), dict[str, frozenset[int]]()
        self._changes = {
            path: Changes(path) for path in (settings.keys, settings.local) if path is not None
        }
        self._doors: dict[str, Door] = {}

    async def begin(self) -> None:
        """Open every door; the control socket last, so that who reaches it knows all are open."""
        await self._spool.follow()
        settings, most = self._settings, self._settings.connections
        if settings.tls is not None and self._credentials is not None:
            found, tls = self._credentials, settings.tls
            if settings.http is not None:
                self._doors["http"] = Door(
                    _listening(settings.http),
                    lambda reader, writer: self._http(reader, writer, _proven(writer, tls)),
                    counts=self._counts,
                    most=most,
                    context=lambda: found.asking,
                )
            if settings.syslog is not None:
                self._doors["syslog"] = Door(
                    _listening(settings.syslog),
                    lambda reader, writer: self._syslog(reader, _proven(writer, tls)),
                    counts=self._counts,
                    most=most,
                    context=lambda: found.demanding,
                )
        await self._refresh()
        self._doors["control"] = Door(
            listening_at(settings.control),
            lambda reader, writer: Conversation(reader, writer, self._control, Held()).serve(),
            counts=self._counts,
            most=_CONTROL_CONNECTIONS,
        )
        self._tell()

    async def run(self) -> None:
        """Follow what changes around it, once a second, for ever."""
        while True:
            await asyncio.sleep(_EVERY_S)
            await self._refresh()
            try:
                await self._spool.follow()
                self._pressure.measure()
                self._tell()
            except OSError as error:
                self._trouble("files", error)
            else:
                self._well("files")

    async def end(self) -> None:
        """Take no more, and keep what is under way."""
        await asyncio.gather(*(door.close(_PATIENCE_S) for door in self._doors.values()))
        await self._spool.close()
        self._settings.control.unlink(missing_ok=True)
        # What is left of one that was killed tells that it should run.
        self._settings.status.unlink(missing_ok=True)

    def document(self) -> dict[str, Any]:
        """The status document."""
        pressure = self._pressure
        return {
            **self._counts.document(),
            "taking": pressure.reason is None,
            "pressure": pressure.reason,
            "spool_bytes": pressure.used,
            "spool_most": pressure.largest,
            "disk_free": pressure.free,
            "disk_least_free": pressure.least_free,
            "waiting_bytes": self._spool.bytes_waiting,
            "doors": {
                name: {"at": door.address, "connections": door.connections}
                for name, door in self._doors.items()
            },
        }

    def _tell(self) -> None:
        write_status(self._settings.status, self.document())

    async def _refresh(self) -> None:
        """Read again what changed. What cannot be used is told; what was read before stays."""
        if self._credentials is not None:
            try:
                self._credentials.refresh()
            except OSError as error:
                self._trouble("certificate", error)
            else:
                self._well("certificate")
        if (keys := self._settings.keys) is not None and self._changes[keys].any():
            try:
                self._keys = Keys.read(keys)
            except (OSError, ValueError) as error:
                self._trouble("keys", error)
            else:
                self._well("keys")
        if (local := self._settings.local) is not None and self._changes[local].any():
            try:
                await self._open_local(read_local(local))
            except (OSError, ValueError) as error:
                self._trouble("local", error)
                self._changes[local].again()
            else:
                self._well("local")

    async def _open_local(self, new: Mapping[str, frozenset[int]]) -> None:
        folder = self._settings.sockets
        assert folder is not None  # noqa: S101 - it is told with the file
        gone, come = changed(self._local, new)
        for service in gone:
            await self._doors.pop(f"local/{service}").close(0)
            (folder / f"{service}.sock").unlink(missing_ok=True)
            del self._local[service]
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        for service in come:
            self._doors[f"local/{service}"] = self._local_door(folder, service, new[service])
            self._local[service] = new[service]

    def _local_door(self, folder: Path, service: str, users: frozenset[int]) -> Door:
        def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
            peer = writer.get_extra_info("socket")
            return self._http(reader, writer, proven_at(peer, service, users))

        return Door(
            listening_for(folder, service, users),
            serve,
            counts=self._counts,
            most=_LOCAL_CONNECTIONS,
        )

    async def _http(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        proven: Sender | Refusal | None,
    ) -> None:
        def who(head: Head) -> Sender | Refusal:
            return of_request(head.headers.get("authorization"), proven, self._keys)

        chosen = writer.get_extra_info("ssl_object")
        before = b""
        if chosen is None:  # a socket of this machine: what it speaks is told by how it begins
            before = await begun(reader)
        if before == PREFACE or (chosen and chosen.selected_alpn_protocol() == "h2"):
            calls = Calls(self._desk, self._held, who)
            until = proven.until if isinstance(proven, Sender) else None
            await Streams(
                *(reader, writer, calls.judge, self._held),
                refusals=REFUSALS,
                largest=LARGEST,
                once=ONCE,
                until=until,
            ).serve(before)
            return
        site = Site(self._desk, self._held, who)
        await Conversation(reader, writer, site.judge, self._held).serve(before)

    async def _syslog(self, reader: asyncio.StreamReader, proven: Sender | Refusal | None) -> None:
        if not isinstance(proven, Sender):
            reason = "no certificate" if proven is None else proven.reason
            self._counts.refused[reason] += 1
            return
        await SyslogStream(reader, proven, self._desk).serve()

    def _control(self, head: Head) -> Answer | Ready:
        if (head.method, head.path) == ("GET", "/status"):

            async def status(body: bytes) -> Answer:
                del body
                return Answer(200, json.dumps(self.document()).encode())

            return status
        if (head.method, head.path) == ("POST", "/reopen"):

            async def reopen(body: bytes) -> Answer:
                del body
                await self._spool.follow()
                return Answer(204)

            return reopen
        return problem(404, "ask for GET /status or POST /reopen")

    def _trouble(self, about: str, error: Exception) -> None:
        said = str(error)
        if self._counts.troubles.get(about) != said:
            _log.error("%s: %s", about, said)
        self._counts.troubles[about] = said

    def _well(self, about: str) -> None:
        if self._counts.troubles.pop(about, None) is not None:
            _log.info("%s: well again", about)


def _proven(writer: asyncio.StreamWriter, tls: Tls) -> Sender | Refusal | None:
    found = writer.get_extra_info("ssl_object")
    assert isinstance(found, ssl.SSLObject)  # noqa: S101 - these doors have TLS
    return of_certificate(found.getpeercert(), trust_domain=tls.trust_domain)


def _listening(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    return socket.create_server(address, family=family, backlog=1024)
