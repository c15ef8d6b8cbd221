"""Whether this module has tables in an installation. Found by discovery."""

from ringwall.identity.config import IDENTITY, Identity
from ringwall.runtime.configuration import Configuration


def is_here(configuration: Configuration) -> bool:
    """Where nobody can sign in, what runs does without it."""
    return configuration.one(Identity, IDENTITY).host is not None
