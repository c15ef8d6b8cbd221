"""The installation this process belongs to, for code that is called by a framework."""

from functools import lru_cache
from typing import TYPE_CHECKING

from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import Installation, find

if TYPE_CHECKING:
    from ringwall.runtime.configuration import Section


@lru_cache(maxsize=1)
def all_sections() -> "tuple[Section, ...]":
    """Every section of the configuration, gathered from the modules' ``sections.py``."""
    return tuple(section for module in modules("sections") for section in module.SECTIONS)


@lru_cache(maxsize=1)
def current_installation() -> Installation:
    """The installation named by the environment, which the supervisor has set."""
    return find(all_sections)
