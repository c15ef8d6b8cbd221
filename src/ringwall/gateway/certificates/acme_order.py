"""One order at an ACME server, from request to chain, that a killed process takes up again.

``key.pem`` and ``order.json`` stand in the order's folder until its certificate is in the store:
the server keeps an order for days, so a restart goes on where the last process was cut short.
"""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from acme import messages
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ringwall.core.clock import Clock
from ringwall.gateway.certificates.acme_problem import AcmeProblem, from_document
from ringwall.gateway.certificates.acme_session import AcmeSession, EmptyObject, Reply
from ringwall.gateway.certificates.acme_shown import Shown
from ringwall.gateway.certificates.authority import key_pem
from ringwall.gateway.certificates.challenges import ChallengePublisher, is_token
from ringwall.gateway.certificates.names import IPAddress
from ringwall.gateway.certificates.profiles import new_key
from ringwall.gateway.certificates.tls_alpn import challenge_certificate
from ringwall.runtime.private_files import private_folder, write_private

Tell = Callable[[str], None]
"""Takes a sentence about how far an order is."""

POLL_SECONDS: Final = 300.0
"""How long one attempt waits for the server in all; a later one goes on with the same order."""
_LEAST_PAUSE: Final = 1.0
_ORDER_STANDS: Final = frozenset(
    {"accountDoesNotExist", "badNonce", "rateLimited", "serverInternal", "userActionRequired"}
)
"""Errors that say nothing about an order asked for; any other means there is none to go on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is ordered: the host it is for, every name, the way to prove them."""

    host: str
    names: tuple[str | IPAddress, ...]
    challenge: str
    directory: str

    def kept(self) -> dict[str, Any]:
        """Return what tells whether an order begun earlier is for the same."""
        names = sorted(map(str, self.names))
        return {"names": names, "directory": self.directory, "challenge": self.challenge}


class Order:
    """Carries one wish through. Whoever calls :meth:`run` holds the host's ACME lock."""

    def __init__(
        self,
        folder: Path,
        wish: Wish,
        *,
        session: AcmeSession,
        publisher: ChallengePublisher,
        clock: Clock,
        tell: Tell = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder, self._wish, self._session = folder, wish, session
        self._publisher, self._clock, self._sleep = publisher, clock, sleep
        self._tell = tell
        self._deadline = time.monotonic() + POLL_SECONDS

    def run(self) -> tuple[bytes, bytes]:
        """Return the issued chain and its key in PEM; :class:`AcmeProblem` when there is none."""
        key = self._key()
        address, order = self._begin_or_resume()
        if order.status == "pending":
            self._authorize(order)
            order = self._poll(address, {"pending"})
        if order.status == "ready":
            self._tell(f"{self._wish.host}: proven, asking for the certificate")
            self._session.finalize(_text(order.body, "finalize"), self._request(key))
            order = self._poll(address, {"ready", "processing"})
        elif order.status == "processing":
            order = self._poll(address, {"processing"})
        if order.status != "valid":
            raise from_document(_object(order.body, "error"), host=self._wish.host)
        return self._session.download(_text(order.body, "certificate")), key_pem(key)

    def forget(self) -> None:
        """Delete the order and its key: it is installed, or lost."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin_or_resume(self) -> tuple[str, Reply]:
        kept = self._kept()
        if kept is not None:
            try:
                order = self._session.fetch(kept)
            except messages.Error as error:
                if error.typ.rpartition(":")[2] in _ORDER_STANDS:
                    raise
            else:
                if order.status in {"pending", "ready", "processing", "valid"}:
                    self._tell(f"{self._wish.host}: going on with the order begun earlier")
                    return kept, order
        names = tuple(name for name in self._wish.names if isinstance(name, str))
        addresses = tuple(str(name) for name in self._wish.names if not isinstance(name, str))
        self._tell(f"{self._wish.host}: ordering at {self._wish.directory}")
        order = self._session.new_order(names, addresses)
        if not order.location:
            msg = f"{self._wish.directory} gave the order no address (RFC 8555 section 7.4)"
            raise AcmeProblem(msg)
        content = {**self._wish.kept(), "order": order.location}
        write_private(self._folder / "order.json", json.dumps(content, indent=1).encode())
        return order.location, order

    def _kept(self) -> str | None:
        try:
            kept = json.loads((self._folder / "order.json").read_bytes())
            address = str(kept.pop("order"))
        except (FileNotFoundError, ValueError, KeyError, AttributeError):
            return None
        return address if kept == self._wish.kept() else None

    def _key(self) -> ec.EllipticCurvePrivateKey:
        private_folder(self._folder)
        path = self._folder / "key.pem"
        if path.exists() and self._kept() is not None:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
            if isinstance(key, ec.EllipticCurvePrivateKey):
                return key
        made = new_key()
        (self._folder / "order.json").unlink(missing_ok=True)
        write_private(path, key_pem(made))
        return made

    def _authorize(self, order: Reply) -> None:
        shown = Shown(self._folder, self._publisher)
        waiting: list[str] = []
        try:
            for address in order.body.get("authorizations", ()):
                authorization = self._session.fetch(str(address))
                if authorization.status != "pending":
                    continue
                challenge = self._choose(authorization)
                host = _text(_object(authorization.body, "identifier"), "value")
                token = _text(challenge, "token")
                shown.note(host, token)
                self._publish(host, token)
                if challenge.get("status") == "pending":
                    self._session.send(_text(challenge, "url"), EmptyObject())
                self._tell(f"{host}: the answer to {self._wish.challenge} is shown, being checked")
                waiting.append(str(address))
            for address in waiting:
                self._check(self._poll(address, {"pending"}))
        finally:
            shown.withdraw()

    def _publish(self, host: str, token: str) -> None:
        if not is_token(token):
            msg = f"{self._wish.directory} sent a token that is not base64url: {token[:64]!r}"
            raise AcmeProblem(msg, fatal=True)
        answer = self._session.key_authorization(token)
        try:
            if self._wish.challenge == "http-01":
                self._publisher.http(token, answer)
                return
            certificate, key = challenge_certificate(host, answer, now=self._clock.now())
            self._publisher.tls_alpn(host, certificate, key)
        except (OSError, ValueError) as error:
            msg = f"{host}: the answer to {self._wish.challenge} cannot be shown: {error}"
            raise AcmeProblem(msg, ours=True) from error

    def _choose(self, authorization: Reply) -> Mapping[str, Any]:
        offered = [c for c in authorization.body.get("challenges", ()) if isinstance(c, dict)]
        for challenge in offered:
            if challenge.get("type") == self._wish.challenge:
                return challenge
        kinds = ", ".join(sorted({str(c.get("type")) for c in offered})) or "none"
        msg = (
            f"{self._wish.host}: the ACME server does not offer {self._wish.challenge}, "
            f"only {kinds}: choose another challenge for this host"
        )
        raise AcmeProblem(msg, fatal=True)

    def _check(self, authorization: Reply) -> None:
        if authorization.status == "valid":
            return
        host = str(_object(authorization.body, "identifier").get("value", self._wish.host))
        challenge = self._choose(authorization)
        if "error" not in challenge:
            # Some servers give the reason with the challenge itself only.
            challenge = self._session.fetch(_text(challenge, "url")).body
        if error := _object(challenge, "error"):
            raise from_document(error, host=host)
        port = "80" if self._wish.challenge == "http-01" else "443"
        msg = (
            f"{host}: the ACME server calls its authorization {authorization.status!r} and gives "
            f"no reason: see that port {port} of {host} reaches this edge from where the server is"
        )
        raise AcmeProblem(msg, fatal=True)

    def _poll(self, address: str, while_in: set[str]) -> Reply:
        while True:
            reply = self._session.fetch(address)
            if reply.status not in while_in:
                return reply
            pause = max(_LEAST_PAUSE, reply.wait.total_seconds() if reply.wait else 0.0)
            if time.monotonic() + pause > self._deadline:
                msg = f"{self._wish.host}: the ACME server is still busy; the order goes on later"
                raise AcmeProblem(msg, wait=reply.wait)
            self._sleep(pause)

    def _request(self, key: ec.EllipticCurvePrivateKey) -> x509.CertificateSigningRequest:
        names: list[x509.GeneralName] = [
            x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)
            for name in self._wish.names
        ]
        return (
            x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name([]))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(key, hashes.SHA256())
        )


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        msg = f"the ACME server's answer lacks {field!r} (RFC 8555 section 7.1)"
        raise AcmeProblem(msg)
    return value


def _object(body: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = body.get(field)
    return value if isinstance(value, dict) else {}
