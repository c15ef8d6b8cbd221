"""``ringwall inventory``: what there is."""

from ringwall.inventory.commands.categorising import categorise
from ringwall.inventory.commands.comparing import diff
from ringwall.inventory.commands.filling import fill
from ringwall.inventory.commands.listing import list_, search
from ringwall.inventory.commands.reaching import path
from ringwall.inventory.commands.showing import show_

__all__ = ["categorise", "diff", "fill", "list_", "path", "search", "show_"]
