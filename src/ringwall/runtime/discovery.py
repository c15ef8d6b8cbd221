"""Find what modules bring: sections, commands, jobs, pages. There is no registry to edit."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import ringwall


def modules(name: str) -> Iterator[ModuleType]:
    """Import ``ringwall.<module>.<name>`` of every module that has one, in alphabetical order."""
    for found in sorted(pkgutil.iter_modules(ringwall.__path__), key=lambda m: m.name):
        if not found.ispkg:
            continue
        path = f"ringwall.{found.name}.{name}"
        if importlib.util.find_spec(path) is not None:
            yield importlib.import_module(path)
