"""Secrets that are kept only as hashes."""

import hashlib
import secrets


def new_secret() -> str:
    """256 bits from the system, url-safe."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of a secret of full entropy: SHA-256, hex. Not for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()
