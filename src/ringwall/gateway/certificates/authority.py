"""An authority of our own on disk: roots, intermediates, and the bundle others trust it by.

Roots live 10 years. At two thirds of that a successor is made and published in the bundle, but it
signs only after 90 days, when those who trust us by a copy have had time to fetch the new one.
Intermediates live a year and are replaced at two thirds, so what the old one signed stays valid.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ringwall.core.clock import Clock
from ringwall.gateway.certificates.credential import serial_text
from ringwall.gateway.certificates.expiry import due, valid
from ringwall.gateway.certificates.profiles import Profile, Signer, make_intermediate, make_root
from ringwall.gateway.certificates.shelf import Shelf
from ringwall.runtime.private_files import (
    private_folder,
    remove_leftovers,
    write_private,
)

ROOT_NOTICE: Final = timedelta(days=90)
"""How long a new root is published before it signs anything."""


class Authority:
    """One authority. Whoever calls a method that may write holds the store's lock."""

    def __init__(self, folder: Path, profile: Profile, *, clock: Clock) -> None:
        self._folder, self._profile, self._clock = folder, profile, clock
        self._roots, self._intermediates = Shelf(folder / "roots"), Shelf(folder / "intermediates")

    @property
    def bundle(self) -> Path:
        """Where the PEM of the roots to trust stands once :meth:`issuer` or :meth:`trust` ran."""
        return self._folder / "trust.pem"

    def trust(self) -> Path:
        """Make sure there is a root, and the bundle holds every root that is not over."""
        private_folder(self._folder)
        self._signing_root()
        return self.bundle

    def issuer(self) -> Signer:
        """Return the intermediate that signs now, made or replaced when that is due."""
        private_folder(self._folder)
        now = self._clock.now()
        root = self._signing_root()
        roots = [signer.certificate for signer in _read(self._roots)]
        fit = [
            signer
            for signer in _read(self._intermediates)
            if not due(signer, now) and issued_by_any(signer.certificate, roots, now=now)
        ]
        if fit:
            return max(fit, key=_beginning)
        made = make_intermediate(self._profile, root, now=now)
        _keep(self._intermediates, made, label=f"{self._profile.name} intermediate")
        self._intermediates.prune(now)
        return made

    def roots(self) -> tuple[x509.Certificate, ...]:
        """Return the roots in the bundle as it stands; none when there is no authority yet."""
        try:
            return tuple(x509.load_pem_x509_certificates(self.bundle.read_bytes()))
        except (FileNotFoundError, ValueError):
            return ()

    def _signing_root(self) -> Signer:
        now = self._clock.now()
        self._roots.tidy()
        self._intermediates.tidy()
        roots = _read(self._roots)
        fit = [root for root in roots if valid(root, now)]
        if not fit or due(max(fit, key=_beginning), now):
            made = make_root(self._profile, now=now)
            _keep(self._roots, made, label=f"{self._profile.name} root")
            roots = [*roots, made]
            fit = [*fit, made]
        self._publish(root for root in roots if now <= root.not_after)
        settled = [root for root in fit if root.not_before + ROOT_NOTICE <= now]
        return max(settled, key=_beginning) if settled else min(fit, key=_beginning)

    def _publish(self, roots: Iterable[Signer]) -> None:
        content = b"".join(pem(root.certificate) for root in sorted(roots, key=_beginning))
        remove_leftovers(self._folder)
        if not self.bundle.exists() or self.bundle.read_bytes() != content:
            write_private(self.bundle, content, mode=0o644)


def issued_by_any(
    certificate: x509.Certificate, roots: Sequence[x509.Certificate], *, now: datetime
) -> bool:
    """Whether one of ``roots`` that is not over signed ``certificate``."""
    for root in roots:
        try:
            certificate.verify_directly_issued_by(root)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return now <= root.not_valid_after_utc
    return False


def pem(certificate: x509.Certificate) -> bytes:
    """One certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """One key in PEM (PKCS #8), not encrypted: the file's mode protects it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _keep(shelf: Shelf, made: Signer, *, label: str) -> None:
    version = serial_text(made.certificate)
    shelf.add(version, chain=pem(made.certificate), key=key_pem(made.key), label=label)


def _beginning(signer: Signer) -> datetime:
    return signer.not_before


def _read(shelf: Shelf) -> list[Signer]:
    found = []
    for chain, key_file in shelf.versions():
        try:
            certificate = x509.load_pem_x509_certificate(chain.read_bytes())
            key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        except (ValueError, TypeError) as error:
            msg = f"{chain} or its key is damaged: restore both from a backup, or delete both"
            raise ValueError(msg) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or (
            key.public_key() != certificate.public_key()
        ):
            msg = (
                f"{key_file} is not the key of {chain}: restore both from a backup, or delete both"
            )
            raise ValueError(msg)
        found.append(Signer(certificate=certificate, key=key))
    return found
