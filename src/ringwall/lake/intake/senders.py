"""Who sends: a service that has proven it, by its certificate, its key or its own socket."""

import hmac
import json
import re
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

NO_PROOF: Final = "no certificate and no key"
WRONG_KEY: Final = "an unknown key"
NO_SERVICE: Final = "a certificate of no service"
NOT_THE_SAME: Final = "a key of another service than the certificate"
WRONG_USER: Final = "another user at a service's socket"

_NAME: Final = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
"""As services are called in ``ringwall.yaml``."""
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_CREDENTIALS: Final = struct.Struct("3i")
"""``struct ucred``: process, user, group (unix(7))."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A service, and until when its proof is one (seconds since 1970)."""

    service: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nobody who is known. ``status`` is HTTP's."""

    status: int
    reason: str


def of_certificate(told: Mapping[str, Any] | None, *, trust_domain: str) -> Sender | Refusal | None:
    """Who a verified certificate names, as :meth:`ssl.SSLSocket.getpeercert` tells it.

    One URI and no more stands in an X509-SVID (SPIFFE X.509-SVID, section 2). ``None`` without one.
    """
    if not told:
        return None
    names = told.get("subjectAltName", ())
    uris = [value for kind, value in names if kind == "URI"]
    prefix = f"spiffe://{trust_domain}/service/"
    if len(uris) != 1 or not uris[0].startswith(prefix):
        return Refusal(403, NO_SERVICE)
    service = uris[0].removeprefix(prefix)
    if not is_service(service):
        return Refusal(403, NO_SERVICE)
    ends = datetime.strptime(told["notAfter"], "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    return Sender(service, ends.timestamp())


def is_service(name: str) -> bool:
    """Whether a service may be called so."""
    return _NAME.fullmatch(name) is not None


def of_request(
    authorization: str | None, proven: Sender | Refusal | None, keys: "Keys"
) -> Sender | Refusal:
    """Who asks, by the connection's proof and the ``Authorization`` of the request."""
    if isinstance(proven, Refusal):
        return proven
    if authorization is None:
        return proven or Refusal(401, NO_PROOF)
    scheme, _, token = authorization.partition(" ")
    service = keys.service_of(token.strip()) if scheme.lower() == "bearer" else None
    if service is None:
        return Refusal(401, WRONG_KEY)
    if proven is not None and proven.service != service:
        return Refusal(403, NOT_THE_SAME)
    return proven or Sender(service)


@dataclass(frozen=True, slots=True)
class Keys:
    """The hashes of services' keys."""

    hashes: Sequence[tuple[str, bytes]] = ()

    @classmethod
    def read(cls, path: Path) -> "Keys":
        """``{"service": "SHA-256 in hex"}``, or a list of them; ``ValueError`` says what is not."""
        found: list[tuple[str, bytes]] = []
        for service, told in _read_object(path).items():
            for one in told if isinstance(told, list) else [told]:
                if not isinstance(one, str) or not _HASH.fullmatch(one):
                    raise ValueError(f"{path}: {service}: write the SHA-256 of its key in hex")
                found.append((service, bytes.fromhex(one)))
        return cls(tuple(found))

    def service_of(self, token: str) -> str | None:
        """Whose key it is. Takes as long whichever it is, and where it is nobody's."""
        digest = sha256(token.encode("utf-8", "surrogateescape")).digest()
        found = None
        for service, one in self.hashes:
            if hmac.compare_digest(digest, one):
                found = service
        return found


def read_local(path: Path) -> dict[str, frozenset[int]]:
    """``{"service": [user ids]}``: who may use the socket of each service on this machine."""
    found = {}
    for service, users in _read_object(path).items():
        if not isinstance(users, list) or not all(type(one) is int and one >= 0 for one in users):
            raise ValueError(f"{path}: {service}: write a list of user ids")
        found[service] = frozenset(users)
    return found


def user_of(peer: socket.socket) -> int:
    """The user at the other end of a unix socket."""
    told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(told)[1])


def _read_object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: it is no JSON: {error}") from error
    if not isinstance(found, dict):
        msg = f'{path}: write an object: {{"service": ...}}'
        raise ValueError(msg)  # noqa: TRY004 - what is in a file is no type
    for service in found:
        if not is_service(service):
            raise ValueError(f"{path}: {service!r} is no name of a service")
    return found
