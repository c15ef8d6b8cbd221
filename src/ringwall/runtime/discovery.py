"""Find what modules bring: sections, commands, jobs, pages. There is no registry to edit."""

import importlib
import importlib.util
import os
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Final

import ringwall

WITHOUT_VARIABLE: Final = "RINGWALL_WITHOUT"
"""Modules, separated by commas, that a process does without because nothing configured needs them.

Their tables, pages and jobs are not loaded: who protects services without sign-in pays nothing for
it, at the start least of all.
"""

_ALWAYS: Final = frozenset({"commands", "sections"})
"""What can be configured is the same in every process."""

_WORDS: Final = "core"
"""Has words for what others bring, and brings nothing."""


def bringing(name: str) -> list[str]:
    """The modules that have a ``<name>``, in alphabetical order; none of them is imported."""
    left_out = () if name in _ALWAYS else os.environ.get(WITHOUT_VARIABLE, "").split(",")
    return [
        found.name
        for found in sorted(pkgutil.iter_modules(ringwall.__path__), key=lambda one: one.name)
        if found.ispkg
        and found.name not in left_out
        and found.name != _WORDS
        and importlib.util.find_spec(f"ringwall.{found.name}.{name}") is not None
    ]


def modules(name: str, *, only: str = "") -> Iterator[ModuleType]:
    """Import ``ringwall.<module>.<name>`` of every module that has one, in alphabetical order.

    With ``only`` it is that of one module.
    """
    for module in [only] if only else bringing(name):
        yield importlib.import_module(f"ringwall.{module}.{name}")
