"""Who stands in which categories, for modules that may not know the inventory. Found by discovery.

Such a module gets a :class:`Known` from ``categories(installation)``.
"""

from ringwall.core.components import Component
from ringwall.runtime.installation import Installation


class Known:
    """The components that somebody told of."""

    def of(self, component: str, /) -> Component | None:
        """The component with this id; ``None`` where nobody told of it."""
        from ringwall.inventory import service  # noqa: PLC0415 - needs the tables

        return service.categories_of(component)


def categories(installation: Installation) -> Known:
    """What the inventory of this installation says; whoever asks has opened its tables."""
    del installation
    return Known()
