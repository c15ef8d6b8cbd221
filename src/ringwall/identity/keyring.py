"""Signing keys, one ring for each purpose, turned with overlap so that no request fails.

A key is published before it signs and stays published until the last token it signed is over:
whoever follows the published set (the edge, services, relying parties) never meets an unknown key.
Each purpose has keys of its own, so that no token can pass for one of another kind.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from ringwall.identity.kinds import Purpose
from ringwall.runtime.private_files import locked, private_folder, write_private

ALGORITHM: Final = "ES256"
"""RFC 7518 section 3.4; what Envoy and every relying party verify."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How keys follow each other: published, ``lead`` later signing, for ``period``, then idle.

    ``longest`` is the longest life of what is signed: so long a key stays published after its last
    signature.
    """

    lead: timedelta
    period: timedelta
    longest: timedelta


_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
SCHEDULES: Final = {
    Purpose.SESSION: Schedule(lead=_HOUR, period=30 * _DAY, longest=_HOUR),
    Purpose.ACCESS: Schedule(lead=_DAY, period=30 * _DAY, longest=_DAY),
    Purpose.KEY: Schedule(lead=_HOUR, period=90 * _DAY, longest=367 * _DAY),
    Purpose.ASSERTION: Schedule(lead=_DAY, period=30 * _DAY, longest=367 * _DAY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One signing key. ``pem`` is the private key (PKCS #8)."""

    kid: str
    created: datetime
    signs_from: datetime
    pem: str

    def public(self) -> dict[str, Any]:
        """The public half (RFC 7517)."""
        return dict(_public(self.pem, self.kid))


def signing(keys: Iterable[Key], now: datetime) -> Key:
    """The key that signs: the newest whose time has come; the oldest before that.

    Raises ``LookupError`` when there is none.
    """
    ordered = sorted(keys, key=lambda key: key.signs_from)
    if not ordered:
        msg = "there is no signing key yet: `ringwall up` makes them"
        raise LookupError(msg)
    ready = [key for key in ordered if key.signs_from <= now]
    return ready[-1] if ready else ordered[0]


def outdated(keys: Iterable[Key], schedule: Schedule, now: datetime) -> tuple[Key, ...]:
    """Keys whose last token is over: a successor has been signing for longer than any lives."""
    ordered = sorted(keys, key=lambda key: key.signs_from)
    pairs = pairwise(ordered)
    return tuple(old for old, new in pairs if new.signs_from + schedule.longest < now)


def due(keys: Iterable[Key], schedule: Schedule, now: datetime) -> bool:
    """Whether a successor is to be made now."""
    newest = max((key.signs_from for key in keys), default=None)
    return newest is None or newest + schedule.period - schedule.lead <= now


class Keyring:
    """The keys of one purpose below ``state``; safe for several processes."""

    def __init__(self, state: Path, purpose: Purpose) -> None:
        self._folder = state / "identity" / "keys" / purpose
        self.purpose = purpose

    def keys(self) -> tuple[Key, ...]:
        """Every key that is published, oldest first."""
        names = sorted(path.name for path in self._folder.glob("*.json"))
        return _read(self._folder, tuple(names))

    def signing(self, now: datetime) -> Key:
        """The key that signs now."""
        return signing(self.keys(), now)

    def jwks(self) -> dict[str, Any]:
        """The published set (RFC 7517 section 5)."""
        return {"keys": [key.public() for key in self.keys()]}

    def turn(self, now: datetime, *, at_once: bool = False) -> bool:
        """Make what is due and drop what is outdated; whether anything changed.

        ``at_once`` makes a successor now; it too is published for a while before it signs.
        """
        private_folder(self._folder)
        schedule, changed = SCHEDULES[self.purpose], False
        with locked(self._folder / ".lock"):
            found = self.keys()
            if at_once or due(found, schedule, now):
                self._keep(_fresh(now, now + schedule.lead if found else now))
                changed = True
            for old in outdated(self.keys(), schedule, now):
                (self._folder / f"{old.kid}.json").unlink()
                changed = True
        return changed

    def _keep(self, key: Key) -> None:
        told = {
            "kid": key.kid,
            "created": key.created.isoformat(),
            "signs_from": key.signs_from.isoformat(),
            "pem": key.pem,
        }
        write_private(self._folder / f"{key.kid}.json", json.dumps(told).encode())


def _fresh(created: datetime, signs_from: datetime) -> Key:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    kid = f"{created:%Y%m%d}-{secrets.token_hex(4)}"
    return Key(kid=kid, created=created, signs_from=signs_from, pem=pem.decode("ascii"))


@lru_cache(maxsize=16)
def _read(folder: Path, names: tuple[str, ...]) -> tuple[Key, ...]:
    # A key's file never changes: its name says what is in it.
    found = [json.loads((folder / name).read_bytes()) for name in names]
    keys = [
        Key(
            kid=one["kid"],
            created=datetime.fromisoformat(one["created"]),
            signs_from=datetime.fromisoformat(one["signs_from"]),
            pem=one["pem"],
        )
        for one in found
    ]
    return tuple(sorted(keys, key=lambda key: key.signs_from))


@lru_cache(maxsize=64)
def private_key(pem: str) -> ec.EllipticCurvePrivateKey:
    """The parsed private key, kept parsed: parsing costs as much as signing."""
    found = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        msg = f"a signing key is a {type(found).__name__}, not an elliptic-curve key"
        raise TypeError(msg)
    return found


@lru_cache(maxsize=64)
def _public(pem: str, kid: str) -> dict[str, Any]:
    made: dict[str, Any] = ECAlgorithm.to_jwk(private_key(pem).public_key(), as_dict=True)
    return {**made, "kid": kid, "alg": ALGORITHM, "use": "sig"}
