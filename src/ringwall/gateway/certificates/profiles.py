"""What our certificates say: the extensions of RFC 5280 and of the SPIFFE X509-SVID. Pure."""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ringwall.gateway.certificates.names import IPAddress

ROOT_LIFE: Final = timedelta(days=3652)
INTERMEDIATE_LIFE: Final = timedelta(days=365)
HOST_LIFE: Final = timedelta(days=30)
SERVICE_LIFE: Final = timedelta(hours=24)
BACKDATE: Final = timedelta(minutes=5)
"""Certificates begin this long ago, for readers whose clock is behind."""

_SERVER: Final = ExtendedKeyUsageOID.SERVER_AUTH
_CLIENT: Final = ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one authority may sign: its intermediates carry this as constraints."""

    name: str
    usages: tuple[x509.ObjectIdentifier, ...]
    constraints: x509.NameConstraints | None
    uri: str | None


EDGE: Final = Profile(name="edge", usages=(_SERVER,), constraints=None, uri=None)


def services_profile(trust_domain: str) -> Profile:
    """Only URIs whose host is the trust domain (RFC 5280 section 4.2.1.10); no DNS, no addresses.

    The intermediate's own id is the trust domain's, without a path (X509-SVID section 3).
    """
    return Profile(
        name="services",
        usages=(_SERVER, _CLIENT),
        constraints=x509.NameConstraints(
            permitted_subtrees=[x509.UniformResourceIdentifier(trust_domain)],
            excluded_subtrees=[
                x509.DNSName(""),
                x509.IPAddress(ipaddress.ip_network("0.0.0.0/0")),
                x509.IPAddress(ipaddress.ip_network("::/0")),
            ],
        ),
        uri=f"spiffe://{trust_domain}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """An authority's certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def not_before(self) -> datetime:
        """The first moment it counts, UTC."""
        return self.certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The last moment it counts, UTC."""
        return self.certificate.not_valid_after_utc


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key for ECDSA on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def make_root(profile: Profile, *, now: datetime) -> Signer:
    """Make a self-signed root that may have one level of intermediates below it."""
    key = new_key()
    subject = _subject(f"Ringwall {profile.name} root {secrets.token_hex(4)}")
    builder = (
        _begin(subject, subject, key, start=now - BACKDATE, end=now - BACKDATE + ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(authority=True), critical=True)
    )
    return Signer(certificate=builder.sign(key, hashes.SHA256()), key=key)


def make_intermediate(profile: Profile, root: Signer, *, now: datetime) -> Signer:
    """Make an intermediate under ``root``; it never outlives it."""
    key = new_key()
    start = now - BACKDATE
    subject = _subject(f"Ringwall {profile.name} intermediate {secrets.token_hex(4)}")
    end = min(start + INTERMEDIATE_LIFE, root.not_after)
    builder = (
        _begin(subject, root.certificate.subject, key, start=start, end=end)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(profile.usages), critical=False)
        .add_extension(_issued_by(root), critical=False)
    )
    if profile.constraints is not None:
        builder = builder.add_extension(profile.constraints, critical=True)
    if profile.uri is not None:
        own = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(profile.uri)])
        builder = builder.add_extension(own, critical=False)
    return Signer(certificate=builder.sign(root.key, hashes.SHA256()), key=key)


def make_host_leaf(host: str | IPAddress, issuer: Signer, *, now: datetime) -> Signer:
    """Make a server certificate for one DNS name or address; it never outlives its issuer."""
    name = x509.DNSName(host) if isinstance(host, str) else x509.IPAddress(host)
    common = [str(host)] if len(str(host)) <= 64 else []  # ub-common-name, RFC 5280 appendix A.1
    return _make_leaf(_subject(*common), [name], (_SERVER,), issuer, now=now, life=HOST_LIFE)


def make_service_leaf(spiffe_id: str, issuer: Signer, *, now: datetime) -> Signer:
    """Make an X509-SVID: the id is the only name, for both ends of mutual TLS, 24 h in all."""
    names = [x509.UniformResourceIdentifier(spiffe_id)]
    return _make_leaf(_subject(), names, (_SERVER, _CLIENT), issuer, now=now, life=SERVICE_LIFE)


def _make_leaf(
    subject: x509.Name,
    names: Sequence[x509.GeneralName],
    usages: Sequence[x509.ObjectIdentifier],
    issuer: Signer,
    *,
    now: datetime,
    life: timedelta,
) -> Signer:
    key = new_key()
    start = now - BACKDATE
    end = min(start + life, issuer.not_after)
    builder = (
        _begin(subject, issuer.certificate.subject, key, start=start, end=end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(_issued_by(issuer), critical=False)
    )
    return Signer(certificate=builder.sign(issuer.key, hashes.SHA256()), key=key)


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(128) | 1)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(*common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ringwall"),
            *(x509.NameAttribute(NameOID.COMMON_NAME, name) for name in common_name),
        ]
    )


def _issued_by(issuer: Signer) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value)


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
