"""A shelf keeps the versions of one credential, and which of them is the current one.

``<version>.key`` is written before ``<version>.crt``, and ``current`` after both: what a killed
writer leaves is a key without certificate or a version nobody points to, never a broken current.
No file ever changes its content, so a reader of an old version (Envoy) keeps a matching pair.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from ringwall.runtime.private_files import (
    private_folder,
    remove_leftovers,
    write_private,
)

_CURRENT: Final = "current"
_LABEL: Final = "name"
_VERSION: Final = re.compile(r"[0-9a-f]{8,64}")
_KEPT_AFTER_EXPIRY: Final = timedelta(days=1)


class Shelf:
    """The versions in one folder. Whoever changes it holds the store's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def versions(self) -> tuple[tuple[Path, Path], ...]:
        """Every complete pair of chain and key, in no order."""
        pairs = ((chain, chain.with_suffix(".key")) for chain in self.folder.glob("*.crt"))
        return tuple(pair for pair in pairs if pair[1].exists())

    def current(self) -> tuple[Path, Path] | None:
        """Return the chain and key in use, or ``None``."""
        try:
            version = (self.folder / _CURRENT).read_text(encoding="ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return self._pair(version) if _VERSION.fullmatch(version) else None

    def label(self) -> str:
        """Whose credential this is, as given to :meth:`add`; empty when nothing was added."""
        try:
            return (self.folder / _LABEL).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""

    def add(self, version: str, *, chain: bytes, key: bytes, label: str) -> tuple[Path, Path]:
        """Write a pair and make it the current one; the same version again changes no file."""
        private_folder(self.folder)
        self.tidy()
        if self.label() != label:
            write_private(self.folder / _LABEL, f"{label}\n".encode())
        pair = self._pair(version)
        if not (pair[0].exists() and pair[1].exists()):
            write_private(pair[1], key)
            write_private(pair[0], chain, mode=0o644)
        if self.current() != pair:
            write_private(self.folder / _CURRENT, f"{version}\n".encode())
        return pair

    def tidy(self) -> None:
        """Delete what a killed writer left: half written files, keys without a certificate."""
        remove_leftovers(self.folder)
        for key in self.folder.glob("*.key"):
            if not key.with_suffix(".crt").exists():
                key.unlink(missing_ok=True)

    def prune(self, now: datetime) -> None:
        """Delete versions a day after their end and unreadable ones, but never the current one."""
        kept = self.current()
        for chain in self.folder.glob("*.crt"):
            if (kept is None or chain != kept[0]) and _over(chain, now):
                chain.unlink(missing_ok=True)
                chain.with_suffix(".key").unlink(missing_ok=True)

    def _pair(self, version: str) -> tuple[Path, Path]:
        return self.folder / f"{version}.crt", self.folder / f"{version}.key"


def _over(chain: Path, now: datetime) -> bool:
    try:
        leaf = x509.load_pem_x509_certificate(chain.read_bytes())
    except ValueError:
        return True
    return leaf.not_valid_after_utc + _KEPT_AFTER_EXPIRY < now
