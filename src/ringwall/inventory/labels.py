"""What people call components, for modules that may not know the inventory. Found by discovery."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet


def labels(components: Collection[str]) -> dict[str, str]:
    """By id; without those that nobody told of. Whoever asks has opened the tables."""
    from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

    return service.labels_of(components)


def called(text: str) -> "QuerySet[Any, Any]":
    """The ids of components in whose name a text is, in capitals or not, to ask for in a query."""
    from ringwall.inventory import store  # noqa: PLC0415 - needs the tables

    return store.called(text)
