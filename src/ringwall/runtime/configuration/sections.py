"""Sections: the typed top-level keys of the configuration, each owned by one module."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from ringwall.runtime.configuration.problems import Problem

ModelT = TypeVar("ModelT", bound=BaseModel)


class Shape(StrEnum):
    """How many of a section's model there are."""

    ONE = "one"
    MAP = "map"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One top-level key.

    ``MAP`` sections (``services:``) and ``LIST`` sections (``routes:``) may be spread over included
    files and are validated item by item, so that one bad item does not hide problems in another.
    ``name`` is the type of the names in a ``MAP`` section.

    ``check`` judges references across sections; it sees every item that is valid by itself, plus
    the names of all that were written (:meth:`Configuration.names`). A problem it returns needs
    no place, only the path of what is wrong, with list items counted as ``check`` sees them.

    A ``ONE`` section may have a ``folder`` of other files with an ``ending`` of their own, such as
    ``.cedar``: all of them below it belong to the configuration (:attr:`Configuration.attached`).
    """

    key: str
    model: type[BaseModel]
    shape: Shape = Shape.ONE
    name: Any = str
    check: "Callable[[Configuration], Iterable[Problem]] | None" = None
    folder: Callable[[Any], str | None] | None = None
    ending: str = ""


class SectionInvalidError(LookupError):
    """A section that a check asks for is itself wrong; the check ends, its problem is reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A loaded configuration: values by section key, and the bytes they came from.

    ``items[key]`` is a model (``ONE``), a ``dict`` of models by name (``MAP``) or a ``list`` of
    models (``LIST``). ``root`` is the folder of ``ringwall.yaml``, absolute. ``sources`` are the
    files read, in order, root file first, named relative to ``root``, with their exact contents;
    ``hash`` is the SHA-256 over them, and names a version. ``attached`` are the last of them, those
    of sections' folders.
    """

    root: Path
    items: Mapping[str, Any]
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[tuple[Path, bytes], ...] = ()
    hash: str = ""
    warnings: tuple[Problem, ...] = ()
    attached: tuple[tuple[Path, bytes], ...] = ()

    def one(self, model: type[ModelT], key: str) -> ModelT:
        """Return the single value of a ``ONE`` section, defaults included.

        Inside a check, ``SectionInvalidError`` ends the check if the section itself is wrong.
        """
        if key not in self.items:
            raise SectionInvalidError(key)
        value = self.items[key]
        if not isinstance(value, model):
            msg = f"section {key} holds {type(value).__name__}, not {model.__name__}"
            raise TypeError(msg)
        return value

    def map(self, model: type[ModelT], key: str) -> dict[str, ModelT]:
        """Return the values of a ``MAP`` section by name, in file order."""
        return {n: v for n, v in self.items[key].items() if isinstance(v, model)}

    def list(self, model: type[ModelT], key: str) -> "tuple[ModelT, ...]":
        """Return the values of a ``LIST`` section, in file order."""
        return tuple(v for v in self.items[key] if isinstance(v, model))

    def names(self, key: str) -> tuple[str, ...]:
        """Every name written in a ``MAP`` section, those of invalid items included."""
        return tuple(self.written.get(key, ()))
