"""What is wrong with a configuration: a value with its place, not a stack trace."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """An error refuses the configuration; a warning is shown and lets it pass."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in which file; ``line`` and ``column`` count from 1."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        """``file:line:column``, which editors and terminals turn into a link."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong, and how to mend it.

    ``path`` is the key path in the document (``("routes", 3, "service")``). ``value`` is the
    offending value as written, ``allowed`` what may stand there, ``nearest`` the closest allowed
    value when the offending one looks like a typing mistake. ``excerpt`` is the source line, cut
    at the place, with everything that may be a secret already concealed.
    """

    path: tuple[str | int, ...]
    message: str
    severity: Severity = Severity.ERROR
    place: Place | None = None
    value: str | None = None
    allowed: str | None = None
    nearest: str | None = None
    excerpt: tuple[str, str] | None = None

    def __str__(self) -> str:
        """One line, as a log or a test shows it."""
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.severity}: {self.message}"


class ConfigurationError(Exception):
    """The configuration is refused whole; ``problems`` holds every reason, in file order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        reasons = [str(one) for one in problems if one.severity is Severity.ERROR]
        super().__init__("\n".join(reasons))
        self.problems = problems
