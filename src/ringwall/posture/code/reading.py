"""What reading code comes to: an error with its place, and remarks on what was not understood."""

from dataclasses import dataclass
from typing import Final

from ringwall.core.observations import Place

NO_FILE: Final = "it is no file that can be read to its end"


class CodeError(ValueError):
    """A file that cannot be read: where, and what is wrong there."""

    def __init__(self, path: str, line: int, why: str) -> None:
        super().__init__(f"{path}:{line}: {why}")
        self.path, self.line, self.why = path, line, why


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in the code that is not understood, or not read: it is said, never left out."""

    place: Place
    why: str
    is_broken: bool = False
    """Whether the code is wrong; otherwise it is Ringwall that does not understand it."""

    is_judged: bool = False
    """Whether what is wrong is judged nevertheless, as far as it is known: nothing is left out."""

    is_unread: bool = False
    """Whether nobody reads what is declared there, right as it may be: it is left out."""

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"
