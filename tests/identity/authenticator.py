"""What a person holds: a passkey (WebAuthn Level 3) and an app for codes, in software."""

import base64
import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

ORIGIN = "https://id.shop.localhost:8443"
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Passkey:
    """One discoverable credential with user verification, on ``origin``."""

    origin: str = ORIGIN
    rp: str = "id.shop.localhost"
    verifies: bool = True
    id: bytes = field(default_factory=lambda: os.urandom(32))
    user: bytes = b""
    uses: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any]) -> str:
        """Answer creation options; JSON as the browser posts it."""
        asked = options["publicKey"]
        self.user = raw(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        data = self._data(_ATTESTED) + bytes(16) + len(self.id).to_bytes(2)
        attested = {"fmt": "none", "attStmt": {}, "authData": data + self.id + cbor.encode(cose)}
        return json.dumps(
            {
                "id": b64(self.id),
                "rawId": b64(self.id),
                "type": "public-key",
                "clientExtensionResults": {"credProps": {"rk": True}},
                "response": {
                    "clientDataJSON": b64(self._client("webauthn.create", asked["challenge"])),
                    "attestationObject": b64(cbor.encode(attested)),
                },
            }
        )

    def get(self, options: dict[str, Any]) -> str:
        """Answer request options."""
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        self.uses += 1
        data = self._data(0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return json.dumps(
            {
                "id": b64(self.id),
                "rawId": b64(self.id),
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {
                    "clientDataJSON": b64(client),
                    "authenticatorData": b64(data),
                    "signature": b64(signed),
                    "userHandle": b64(self.user),
                },
            }
        )

    def _data(self, more: int) -> bytes:
        flags = _PRESENT | more | (_VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.rp.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()


def code_of(secret: str, *, steps: int = 0, now: float | None = None) -> str:
    """What an authenticator app shows (RFC 6238), ``steps`` of 30 seconds from now."""
    counter = int((time.time() if now is None else now) // 30) + steps
    made = hashlib.sha1
    import hmac

    digest = hmac.new(base64.b32decode(secret), counter.to_bytes(8), made).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF) % 10**6:06}"
