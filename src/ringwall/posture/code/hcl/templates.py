"""Templates: text, ``${...}``, and ``%{if}`` and ``%{for}`` that reach over several pieces."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringwall.posture.code.hcl.tokens import Piece
from ringwall.posture.code.hcl.trees import (
    Call,
    Conditional,
    Expression,
    For,
    Literal,
    Template,
)
from ringwall.posture.code.reading import CodeError

if TYPE_CHECKING:
    from ringwall.posture.code.hcl.parsing import Parser

JOINED = "join"
_Make = Callable[..., "Parser"]


def parts_of(pieces: list[str | Piece], path: str, make: _Make) -> list[Expression]:
    """The parts, with directives as conditions and loops; ``CodeError`` where one is left open."""
    return _Reader(_trimmed(pieces), path, make).parts(())[0]


def _trimmed(pieces: list[str | Piece]) -> list[str | Piece]:
    """``~`` takes away the white space beside it."""
    found = list(pieces)
    for at, one in enumerate(pieces):
        if isinstance(one, str):
            continue
        before, after = at - 1, at + 1
        if one.trims_before and before >= 0 and isinstance(text := found[before], str):
            found[before] = text.rstrip()
        if one.trims_after and after < len(found) and isinstance(text := found[after], str):
            found[after] = text.lstrip()
    return found


class _Reader:
    def __init__(self, pieces: list[str | Piece], path: str, make: _Make) -> None:
        self.pieces, self.path, self.make, self.at = pieces, path, make, 0

    def parts(self, endings: tuple[str, ...]) -> tuple[list[Expression], str]:
        found: list[Expression] = []
        line = 1
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self.at += 1
            if isinstance(piece, str):
                found.append(Literal(piece))
                continue
            line = piece.line
            parser = self.make(piece.tokens, self.path)
            if not piece.is_directive:
                found.append(parser.expression())
                parser.take("end", "} of the template")
                continue
            word = str(parser.take("name", "if, for, else or their end").value)
            if word in endings:
                return found, word
            found.append(self._directive(word, parser, piece.line))
        if endings:
            raise CodeError(self.path, line, f"%{{{endings[-1]}}} is missing in the template")
        return found, ""

    def _directive(self, word: str, parser: "Parser", line: int) -> Expression:
        if word == "if":
            condition = parser.expression()
            then, ending = self.parts(("else", "endif"))
            otherwise: list[Expression] = []
            if ending == "else":
                otherwise, _ = self.parts(("endif",))
            return Conditional(condition, Template(then), Template(otherwise))
        if word == "for":
            names = [parser.take("name").value]
            if parser.skip(","):
                names.append(parser.take("name").value)
            parser.take("name", "in")
            over = parser.expression()
            inner, _ = self.parts(("endfor",))
            each = For(tuple(names), over, None, Template(inner), None, is_grouped=False)
            return Call(JOINED, [Literal(""), each], is_spread=False, line=line)
        raise CodeError(self.path, line, f"%{{{word}}} has no meaning here")
