"""Keys of notes: vkeys, key ids, and the two kinds of Ed25519 signature the log uses.

C2SP signed-note, "Signature types" and "Verifier keys"; C2SP tlog-cosignature, "Format".
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# What signs and verifies is imported when it is first needed: the configuration reads public keys,
# and most commands that read it do neither.

_LATEST: Final = 2**63 - 1
_STAMP: Final = 8
_VKEY: Final = re.compile(r"(?P<name>[^+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)")


class Kind(IntEnum):
    """Signature type identifier bytes."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    """A cosignature/v1: Ed25519 over the time and the checkpoint."""


def decode(text: str) -> bytes:
    """Base64 in its only form (RFC 4648, sections 3.5 and 4); ``ValueError`` for any other."""
    try:
        found = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        found = None
    if found is None or b64encode(found).decode() != text:
        msg = f"{text[:60]!r} is not base64 as RFC 4648, section 4 writes it"
        raise ValueError(msg)
    return found


def encode(content: bytes) -> str:
    """Base64, padded."""
    return b64encode(content).decode()


def is_name(text: str) -> bool:
    """Whether a key may have this name: something, without spaces of any kind and plus."""
    return bool(text) and "+" not in text and not any(c.isspace() or c < " " for c in text)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key: whose it is, which kind of signature it verifies, its 32 bytes."""

    name: str
    kind: Kind
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a vkey like ``example.com/foo+530d903a+AekyeR...``; ``ValueError`` tells why not."""
        match = _VKEY.fullmatch(text.strip())
        if match is None or not is_name(match["name"]):
            msg = f"{text[:80]!r} is not a public key: it looks like name+8 hex digits+base64"
            raise ValueError(msg)
        content = decode(match["key"])
        if content[:1] not in {b"\x01", b"\x04"} or len(content) != 33:
            msg = f"the key of {match['name']!r} is not one of Ed25519 (kind 1 or 4, 32 bytes)"
            raise ValueError(msg)
        key = cls(match["name"], Kind(content[0]), content[1:])
        if key.id.hex() != match["id"]:
            msg = f"the key id of {match['name']!r} is {key.id.hex()}, not {match['id']}: mistyped?"
            raise ValueError(msg)
        return key

    @property
    def id(self) -> bytes:
        """The 4 bytes that name it in signatures."""
        content = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return sha256(content).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.kind]) + self.public)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether ``signature`` (what follows the key id) is this key's over the note's text."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - see above
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - see above

        message = text.encode()
        if self.kind is Kind.COSIGNATURE:
            stamp = int.from_bytes(signature[:_STAMP])
            if len(signature) != _STAMP + 64 or stamp > _LATEST:
                return False
            message, signature = cosigned(text, stamp), signature[_STAMP:]
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def cosigned(text: str, time: int) -> bytes:
    """What a cosignature/v1 signs (tlog-cosignature, "Ed25519 signed message")."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def time_of(signature: bytes) -> int:
    """When a cosignature was made, in seconds since 1970."""
    return int.from_bytes(signature[:_STAMP])


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the name it signs under. It never shows itself."""

    name: str
    kind: Kind
    private: "Ed25519PrivateKey" = field(repr=False)

    def __post_init__(self) -> None:
        if not is_name(self.name):
            msg = f"a key cannot be named {self.name!r}: a name has no spaces and no plus"
            raise ValueError(msg)

    @classmethod
    def new(cls, name: str, kind: Kind = Kind.ED25519) -> "SigningKey":
        """A key that nobody had before."""
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - see above

        return cls(name, kind, ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def of(cls, name: str, seed: bytes, kind: Kind = Kind.ED25519) -> "SigningKey":
        """The key made of 32 bytes (RFC 8032, section 5.1.5)."""
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - see above

        return cls(name, kind, ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def seed(self) -> bytes:
        """The 32 bytes it is made of: to be kept, and shown to nobody."""
        return self.private.private_bytes_raw()

    @property
    def verifier(self) -> VerifierKey:
        """Its public key."""
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, *, time: int = 0) -> bytes:
        """The signature over a note's text; cosignatures say that it was made at ``time``."""
        if self.kind is Kind.ED25519:
            return self.private.sign(text.encode())
        if not 0 < time <= _LATEST:
            msg = f"a cosignature is made at a time, not at {time}"
            raise ValueError(msg)
        return time.to_bytes(_STAMP) + self.private.sign(cosigned(text, time))
