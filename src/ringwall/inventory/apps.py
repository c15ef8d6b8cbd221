"""Django's name for this module."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Tables of what there is. They are filled by programs alone, so no row is anybody's change."""

    name = "ringwall.inventory"
    label = "inventory"
    verbose_name = "Inventory"
