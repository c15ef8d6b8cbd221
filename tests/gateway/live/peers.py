"""Clients and servers inside: mutual TLS by hand, with whatever certificate a test wants to try."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.tls import over_tls

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates import profiles
from ringwall.gateway.certificates.authority import Authority, key_pem, pem
from ringwall.gateway.certificates.store import CertificateStore

DOMAIN = "ringwall.internal"


@dataclass(frozen=True)
class Pair:
    """A chain and its key, by file."""

    chain: Path
    key: Path


class Identities:
    """The certificates of an installation, and forgeries of them, kept in ``folder``."""

    def __init__(self, state: Path, folder: Path) -> None:
        self._state, self._folder = state, folder
        self._store = CertificateStore(state, clock=SystemClock())

    @property
    def roots(self) -> Path:
        return self._store.trust_bundle("services", trust_domain=DOMAIN)

    def of(self, name: str) -> Pair:
        """What the installation itself gives the service."""
        found = self._store.for_service(name, trust_domain=DOMAIN)
        return Pair(found.chain, found.key)

    def foreign(self, name: str, *, trust_domain: str = DOMAIN) -> Pair:
        """The same id from an authority that nobody here trusts."""
        store = CertificateStore(self._folder / f"foreign-{trust_domain}", clock=SystemClock())
        found = store.for_service(name, trust_domain=trust_domain)
        return Pair(found.chain, found.key)

    def signed(self, spiffe_id: str, *, age: timedelta = timedelta(0)) -> Pair:
        """Any id at all, signed by the installation's own authority some time ago."""
        profile = profiles.services_profile(DOMAIN)
        authority = Authority(
            self._state / "pki" / "services" / DOMAIN, profile, clock=SystemClock()
        )
        issuer = authority.issuer()
        leaf = profiles.make_service_leaf(spiffe_id, issuer, now=datetime.now(UTC) - age)
        stem = self._folder / f"signed-{abs(hash((spiffe_id, age)))}"
        chain, key = stem.with_suffix(".crt"), stem.with_suffix(".key")
        chain.write_bytes(pem(leaf.certificate) + pem(issuer.certificate))
        key.write_bytes(key_pem(leaf.key))
        return Pair(chain, key)

    def context(self, pair: Pair | None) -> ssl.SSLContext:
        """A client that trusts the installation's services and shows ``pair``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False  # SPIFFE ids are no host names
        context.load_verify_locations(cafile=str(self.roots))
        if pair is not None:
            context.load_cert_chain(pair.chain, pair.key)
        return context


def ask_over(
    port: int, context: ssl.SSLContext | None, path: str = "/", **headers: str
) -> tuple[int, bytes]:
    """One request to a port of 127.0.0.1; ``OSError`` when no answer comes."""
    connection = open_over(port, context)
    try:
        return again(connection, path, **headers)
    except (http.client.BadStatusLine, http.client.IncompleteRead) as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def open_over(port: int, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    """A connection to keep."""
    if context is None:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)


def again(
    connection: http.client.HTTPConnection, path: str = "/", **headers: str
) -> tuple[int, bytes]:
    """One more request on a connection."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"host": "inside", **given})
    answer = connection.getresponse()
    return answer.status, answer.read()


def resume_over(port: int, context: ssl.SSLContext, session: ssl.SSLSession) -> bytes:
    """The beginning of an answer on a connection that resumes an earlier TLS session."""
    with over_tls(context, port, host=None, session=session) as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nhost: inside\r\n\r\n")
        received = tls.recv(100)
    if not received:
        raise ConnectionError("closed without an answer")
    return received


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("inside", timeout=10)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def through(path: Path, host: str, url: str = "/", **headers: str) -> tuple[int, Any]:
    """What a service does to call another: plain HTTP to its sidecar's outbound socket."""
    connection = _UnixConnection(path)
    try:
        status, body = again(connection, url, host=host, **headers)
    finally:
        connection.close()
    return status, json.loads(body) if body.startswith(b"{") else body


@contextmanager
def impostor(port: int, pair: Pair, roots: Path) -> Iterator[list[bytes]]:
    """A server with mutual TLS that answers 200 to everything; yields what it was sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.chain, pair.key)
    context.load_verify_locations(cafile=str(roots))
    context.verify_mode = ssl.CERT_REQUIRED
    heard: list[bytes] = []
    ended = threading.Event()

    def talk(plain: socket.socket) -> None:
        plain.settimeout(2)
        try:
            with context.wrap_socket(plain, server_side=True) as sock:
                while data := sock.recv(65536):
                    heard.append(data)
                    sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfake")
        except OSError:
            plain.close()

    def serve(listener: socket.socket) -> None:
        # Each by itself: a caller waits two seconds for its connection, as long as one is kept.
        talks: list[threading.Thread] = []
        while not ended.is_set():
            try:
                plain, _ = listener.accept()
            except TimeoutError:
                continue
            talks.append(threading.Thread(target=talk, args=(plain,)))
            talks[-1].start()
        for one in talks:
            one.join()

    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(0.1)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield heard
        finally:
            ended.set()
            thread.join()
