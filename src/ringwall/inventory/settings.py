"""The inventory's part of Django's settings."""

from typing import Final

INSTALLED_APPS: Final = ["ringwall.inventory"]
