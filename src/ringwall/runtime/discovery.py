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


def modules(name: str) -> Iterator[ModuleType]:
    """Import ``ringwall.<module>.<name>`` of every module that has one, in alphabetical order."""
    left_out = () if name in _ALWAYS else os.environ.get(WITHOUT_VARIABLE, "").split(",")
    for found in sorted(pkgutil.iter_modules(ringwall.__path__), key=lambda m: m.name):
        if not found.ispkg or found.name in left_out or found.name == _WORDS:
            continue
        path = f"ringwall.{found.name}.{name}"
        if importlib.util.find_spec(path) is not None:
            yield importlib.import_module(path)
