"""Ringwall's web process over TLS on loopback, and a person with a browser of few words."""

import html
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.ports import free_port
from tests.runtime.conftest import environment

from ringwall.identity import facts as facts_file
from ringwall.identity.config import Identity
from ringwall.identity.facts import Facts

PASSWORD = "seven-Purple-otters-dance"
_PATIENCE_S = 60
"""For a busy machine; nothing waits longer than it must."""
_INPUT = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@dataclass(frozen=True)
class Stage:
    """A running server. ``authority`` is the file with the certificate to trust."""

    facts: Facts
    authority: Path
    folder: Path

    @property
    def origin(self) -> str:
        return self.facts.origin

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority))


@contextmanager
def served(state: Path, folder: Path, url: str | None) -> Iterator[Stage]:
    """Serve from ``state`` until the block ends."""
    port = free_port()
    facts = Facts(
        settings=Identity(host="localhost", name="The Shop"),
        port=port,
        hosts=("localhost", "api.localhost", "*.shop.localhost"),
    )
    facts_file.write(state, facts)
    certificate, key = certificate_for("localhost", folder)
    command = [sys.executable, "-m", "uvicorn", "--factory", "--port", str(port)]
    command += ["--host", "127.0.0.1", "--http", "h11", "--lifespan", "off", "--no-access-log"]
    command += ["--ssl-certfile", str(certificate), "--ssl-keyfile", str(key)]
    command += [
        "--timeout-graceful-shutdown",
        "1",
        # Longer than any client keeps a connection: none sends on one that is being closed.
        "--timeout-keep-alive",
        "120",
        "--log-level",
        "warning",
        "django.core.asgi:get_asgi_application",
    ]
    env = environment(state, url) | {"DJANGO_SETTINGS_MODULE": "ringwall.runtime.settings"}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    stage = Stage(facts, certificate, folder)
    try:
        _wait(stage, process)
        yield stage
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)


def certificate_for(name: str, folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for a host, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def _wait(stage: Stage, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            httpx.get(f"{stage.origin}/.well-known/jwks.json", verify=stage.tls)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError((stage.folder / "server.log").read_text())


@dataclass
class Person:
    """Somebody with a browser: follows redirects on the server, stops where they lead away."""

    stage: Stage
    email: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            verify=self.stage.tls, base_url=self.stage.origin, timeout=_PATIENCE_S
        )

    def sign_in(self) -> None:
        """By mail address and password, through the page."""
        page = self.client.get("/accounts/login/").text
        fields = hidden(page) | {"login": self.email, "password": PASSWORD}
        answer = self.client.post(
            "/accounts/login/", data=fields, headers={"Referer": f"{self.stage.origin}/"}
        )
        assert answer.status_code == 302, answer.text

    def authorize(self, url: str, *, allow: bool = True) -> dict[str, str]:
        """Go to an authorization URL, consent if asked; what the client is given back."""
        answer = self.client.get(url)
        if answer.status_code == 200 and 'name="action"' in answer.text:
            answer = self.client.post(
                "/identity/o/consent",
                data=hidden(answer.text) | {"action": "allow" if allow else "deny"},
                headers={"Referer": f"{self.stage.origin}/"},
            )
        assert answer.status_code == 303, (answer.status_code, answer.text)
        self.arrived = answer.headers["location"]
        found = parse_qs(urlsplit(self.arrived).query)
        return {name: values[0] for name, values in found.items()}


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return {name: html.unescape(value) for name, value in _INPUT.findall(page)}


def make_person(email: str, *, password: str = PASSWORD, **more: Any) -> Any:
    """A person whose mail address is verified."""
    from allauth.account.models import EmailAddress

    from ringwall.identity.models import User

    person = User.objects.create_user(email, password, **more)
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
    return person


__all__ = ["PASSWORD", "Person", "Stage", "certificate_for", "make_person", "served"]
