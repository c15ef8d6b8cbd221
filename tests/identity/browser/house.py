"""Where the browser goes: a host of sign-in that answers on this machine."""

import base64
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.ports import free_port

from ringwall.identity import facts as facts_file
from ringwall.identity.config import Identity
from ringwall.identity.facts import Facts
from ringwall.identity.keyring import Keyring
from ringwall.identity.kinds import Purpose

HOST = "id.shop.localhost"
_ROOT = Path(__file__).parents[3]
_STARTS_WITHIN = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running host of sign-in.

    ``origin`` is where browsers go; ``state`` is its state folder, in which its database is, so
    that tests can put people into it; ``trusted`` is the SHA-256 of the public key (SPKI) of the
    authority that its certificate comes from, base64.
    """

    origin: str
    state: Path
    trusted: str


@contextmanager
def django_alone(state: Path) -> Iterator[House]:
    """Serve the pages below ``state``, whose database is migrated, without an edge before them."""
    port = free_port()
    certificate, key, trusted = _throw_away_certificate(state)
    settings = Identity(host=HOST, name="The Shop", tenant_hosts="*.shop.localhost")
    hosts = (HOST, "shop.localhost", "*.shop.localhost")
    facts_file.write(state, Facts(settings=settings, port=port, hosts=hosts))
    for purpose in Purpose:
        Keyring(state, purpose).turn(datetime.now(UTC))
    log = state / "web.log"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT / "src"), str(_ROOT)])}
    environment.pop("RINGWALL_DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.identity.browser.serving", str(state), str(port)]
    with log.open("wb") as told:
        process = subprocess.Popen(
            [*command, str(certificate), str(key)],
            env=environment,
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
        )
    try:
        _wait_for(port, process, log)
        yield House(origin=f"https://{HOST}:{port}", state=state, trusted=trusted)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    msg = f"the pages are not served: {log.read_text()}"
    raise RuntimeError(msg)


def _throw_away_certificate(folder: Path) -> tuple[Path, Path, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "tls.crt", folder / "tls.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return *paths, spki_hash(certificate)


def spki_hash(certificate: x509.Certificate) -> str:
    """What Chromium's ``--ignore-certificate-errors-spki-list`` wants of a certificate."""
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()
