"""A credential: a certificate chain and its key, checked to belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Source = Literal["local", "file", "acme"]

_LARGEST_FILE: Final = 1024 * 1024
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_BEGIN: Final = b"-----BEGIN CERTIFICATE-----"
_END: Final = b"-----END CERTIFICATE-----"
_PRIVATE: Final = b"PRIVATE KEY-----"


class CredentialError(ValueError):
    """A chain or key that must not be used; the message names the file and the way to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A usable certificate. ``name`` is ``service/<name>`` or ``host/<host>``; times are UTC.

    ``serial`` and ``fingerprint_sha256`` are lower-case hexadecimal; ``issuer`` is in the form of
    RFC 4514. The two paths never change their content: a new version has new paths.
    """

    name: str
    chain: Path
    key: Path
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    source: Source
    serial: str
    fingerprint_sha256: str
    issuer: str


def read_credential(chain: Path, key: Path, *, name: str, source: Source) -> Credential:
    """Read and check a PEM chain (leaf first) and its PEM key; :class:`CredentialError` if not so.

    Time is not judged here: an expired credential is still one, see :mod:`.expiry`.
    """
    chain_pem, key_pem = read_file(chain), read_file(key)
    return check_credential(chain_pem, key_pem, chain=chain, key=key, name=name, source=source)


def check_credential(
    chain_pem: bytes, key_pem: bytes, *, chain: Path, key: Path, name: str, source: Source
) -> Credential:
    """Check a chain and key in memory; ``chain`` and ``key`` are where errors point to."""
    certificates = _read_chain(chain_pem, chain)
    private = _read_key(key_pem, key)
    leaf = certificates[0]
    if private.public_key() != leaf.public_key():
        msg = f"{key} is not the key of the first certificate in {chain}: replace both together"
        raise CredentialError(msg)
    _check_order(certificates, chain)
    return Credential(
        name=name,
        chain=chain,
        key=key,
        names=subject_names(leaf),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        source=source,
        serial=serial_text(leaf),
        fingerprint_sha256=leaf.fingerprint(hashes.SHA256()).hex(),
        issuer=leaf.issuer.rfc4514_string(),
    )


def read_file(path: Path) -> bytes:
    """Read a PEM file whole; :class:`CredentialError` when it cannot be, or is no such file."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}; check the path and its permissions"
        raise CredentialError(msg) from error
    if len(content) > _LARGEST_FILE:
        msg = f"{path} is over 1 MiB, so it is no certificate or key: check the path"
        raise CredentialError(msg)
    return content


def read_roots(path: Path) -> str:
    """Read the authorities a user trusts, as PEM; :class:`CredentialError` if they are none."""
    found = _read_chain(read_file(path), path)
    if not all(is_authority(certificate) for certificate in found):
        msg = f"{path} holds a certificate that is no authority's: keep only those that sign others"
        raise CredentialError(msg)
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in found)


def serial_text(certificate: x509.Certificate) -> str:
    """Return the serial number as 32 or more lower-case hexadecimal digits."""
    return f"{certificate.serial_number:032x}"


def subject_names(certificate: x509.Certificate) -> tuple[str, ...]:
    """Return the DNS names, IP addresses and URIs the certificate is for, in its order."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    kinds = (x509.DNSName, x509.IPAddress, x509.UniformResourceIdentifier)
    return tuple(str(entry.value) for entry in extension.value if isinstance(entry, kinds))


def _read_chain(content: bytes, path: Path) -> Sequence[x509.Certificate]:
    if _PRIVATE in content:
        msg = f"{path} holds a private key: keep only certificates in it, the key in its own file"
        raise CredentialError(msg)
    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        msg = f"{path} is no PEM certificate chain: it must hold BEGIN CERTIFICATE blocks"
        raise CredentialError(msg) from error
    # The reader passes over a block that is cut off, as in a file still being copied.
    if not len(found) == content.count(_BEGIN) == content.count(_END):
        msg = f"{path} is no PEM certificate chain: a block in it is cut off; copy it again"
        raise CredentialError(msg)
    return found


def _read_key(content: bytes, path: Path) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if content.count(_PRIVATE) != 2:
        msg = f"{path} must hold exactly one BEGIN PRIVATE KEY block in PEM"
        raise CredentialError(msg)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError as error:
        msg = f"{path} is encrypted: decrypt it (openssl pkey -in ... -out ...), keep it mode 0600"
        raise CredentialError(msg) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        msg = f"{path} holds no readable private key in PEM: export it again"
        raise CredentialError(msg) from error
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, _CURVES):
        return key
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return key
    msg = f"{path}: the edge serves ECDSA P-256, P-384, P-521 and RSA of 2048 bits or more"
    raise CredentialError(msg)


def _check_order(certificates: Sequence[x509.Certificate], path: Path) -> None:
    if len(certificates) > 1 and is_authority(certificates[0]):
        msg = f"{path}: the first certificate is an authority's; put the server's own first"
        raise CredentialError(msg)
    for place, (lower, upper) in enumerate(pairwise(certificates), start=1):
        try:
            lower.verify_directly_issued_by(upper)
        except (ValueError, TypeError, InvalidSignature) as error:
            msg = (
                f"{path}: certificate {place} is not signed by certificate {place + 1}; "
                "order them leaf first, each followed by its issuer"
            )
            raise CredentialError(msg) from error


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether the certificate may sign others (RFC 5280 section 4.2.1.9)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
