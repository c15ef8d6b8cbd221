"""Certificates that clients show (RFC 8705). The edge passes on what was presented in TLS.

The edge may let in any certificate whose key the client has proven; whether it is that of the
client is judged here.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes

from ringwall.identity.provider.encoding import base64url

HEADER: Final = "X-Ringwall-Certificate"
"""Set by the edge only: the leaf certificate as PEM, percent-encoded."""

_LONGEST: Final = 32 * 1024


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was shown. ``hex`` is its SHA-256, as ``rw_bound`` has it."""

    parsed: x509.Certificate
    hex: str

    @property
    def thumbprint(self) -> str:
        """The same as ``x5t#S256`` (RFC 8705 section 3.1)."""
        return base64url(bytes.fromhex(self.hex))


def read(header: str) -> Certificate | None:
    """The certificate in the edge's header; ``None`` when there is none or it cannot be read."""
    if not header or len(header) > _LONGEST:
        return None
    return _parsed(header)


def is_issued_by(shown: Certificate, authorities: str, *, now: datetime) -> bool:
    """Whether one of ``authorities`` (PEM) signed it itself and both hold at ``now``."""
    try:
        found = x509.load_pem_x509_certificates(authorities.encode())
    except ValueError:
        return False
    return is_valid(shown, now=now) and any(_signed(shown.parsed, one, now) for one in found)


def is_valid(shown: Certificate, *, now: datetime) -> bool:
    """Whether ``now`` is between its dates."""
    return _holds(shown.parsed, now)


def is_named(shown: Certificate, wanted: str) -> bool:
    """Whether it has the registered name (RFC 8705 section 2.1.2).

    ``dns:``, ``uri:``, ``ip:`` or ``email:`` begin an alternative name; all else is a subject as
    RFC 4514 writes it.
    """
    kind, _, value = wanted.partition(":")
    if kind in _KINDS:
        return value in _alternatives(shown.parsed, kind)
    return bool(wanted) and shown.parsed.subject.rfc4514_string() == wanted


_KINDS: Final = frozenset({"dns", "uri", "ip", "email"})


def _alternatives(certificate: x509.Certificate, kind: str) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    if kind == "ip":
        return {str(value) for value in names.get_values_for_type(x509.IPAddress)}
    if kind == "dns":
        return set(names.get_values_for_type(x509.DNSName))
    if kind == "uri":
        return set(names.get_values_for_type(x509.UniformResourceIdentifier))
    return set(names.get_values_for_type(x509.RFC822Name))


def _signed(certificate: x509.Certificate, authority: x509.Certificate, now: datetime) -> bool:
    try:
        constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
        certificate.verify_directly_issued_by(authority)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return constraints.value.ca and _holds(authority, now)


def _holds(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


@lru_cache(maxsize=256)
def _parsed(header: str) -> Certificate | None:
    try:
        found = x509.load_pem_x509_certificate(unquote(header).encode("ascii"))
    except ValueError:
        return None
    return Certificate(found, found.fingerprint(hashes.SHA256()).hex())
