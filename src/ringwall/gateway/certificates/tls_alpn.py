"""The certificate that answers a TLS-ALPN-01 challenge (RFC 8737 section 3). Pure."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from ringwall.gateway.certificates.profiles import BACKDATE, new_key

PROTOCOL: Final = "acme-tls/1"
"""What the ACME server offers as its only application protocol (RFC 8737 section 6.2)."""
ACME_IDENTIFIER: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.31")
_LIFE: Final = timedelta(days=7)
_OCTET_STRING_OF_32: Final = b"\x04\x20"


def challenge_certificate(
    host: str, key_authorization: str, *, now: datetime
) -> tuple[bytes, bytes]:
    """Return certificate and key in PEM that prove ``host`` answers with ``key_authorization``.

    Self-signed, the host as its only name, and the critical acmeIdentifier extension holding the
    SHA-256 of the key authorization as a DER octet string.
    """
    key = new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ringwall ACME challenge")])
    digest = hashlib.sha256(key_authorization.encode("ascii")).digest()
    identifier = x509.UnrecognizedExtension(ACME_IDENTIFIER, _OCTET_STRING_OF_32 + digest)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(identifier, critical=True)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
