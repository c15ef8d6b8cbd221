"""Policies of REST APIs, which their listing tells with quotes escaped once too often."""

from typing import Any


def policy_of(told: Any) -> Any:
    """A policy that can be read."""
    return told.replace('\\"', '"') if isinstance(told, str) else told
