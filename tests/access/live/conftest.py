"""Whole Ringwalls, whose tables tests ask through Django in their own process."""

from tests.runtime.conftest import _django

__all__ = ["_django"]
