"""Ringwall: one self-hosted security layer in front of a SaaS.

The words used everywhere are in :mod:`ringwall.core`; what imports what is told in
``ARCHITECTURE.md`` and held by import-linter.
"""

from typing import Final

__version__: Final = "0.1.0"
