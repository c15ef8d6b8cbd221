"""Cut HCL into tokens. Strings and heredocs are cut into pieces here, for they hold expressions."""

import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ringwall.posture.code.reading import CodeError

DEEPEST: Final = 150
"""How deeply brackets and templates may be nested, which no written code comes near."""

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\ufeff]+|\#[^\n]*|//[^\n]*)
    |(?P<newline>\n)
    |(?P<comment>/\*.*?\*/)
    |(?P<name>[^\W\d][\w-]*)
    |(?P<string>"(?:[^"\\$%\n]|\$(?![{$])|%(?![{%]))*")
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<heredoc><<-?[^\W\d][\w-]*[ \t\r]*\n)
    |(?P<trimmed>~\})
    |(?P<op>&&|\|\||==|!=|<=|>=|=>|\.\.\.|::|[-{}\[\]()=<>+*/%!.,:?])
    |(?P<quote>")""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN: Final = re.compile(r'[^"\\$%\n]+')
_PLAIN_LINES: Final = re.compile(r"[^$%]+")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_FOR: Final = re.compile(r"\s+[^\W\d][\w-]*\s*(?:,|\bin\b)")
_CLOSES: Final = {"}": "{", "]": "[", ")": "("}


class Token(NamedTuple):
    """``kind`` is name, number, string, template, newline, an operator, or end."""

    kind: str
    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Piece:
    """``${...}`` or ``%{...}`` of a template, in tokens."""

    tokens: list[Token]
    line: int
    is_directive: bool
    trims_before: bool
    trims_after: bool


def tokens_of(text: str, path: str) -> list[Token]:
    """All tokens, the last of which is the end; ``CodeError`` names the line."""
    return _Cutter(text, path).cut(0, 1, within=None, depth=0)[0]


def pieces_of(text: str, path: str) -> list[str | Piece]:
    """A text as a template, as strings of JSON syntax and files of templates hold them."""
    return _Cutter(text, path).pieces(0, 1, 0)[0]


class _Cutter:
    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path

    def error(self, line: int, why: str) -> CodeError:
        return CodeError(self.path, line, why)

    def cut(  # noqa: PLR0912, PLR0915 - one loop over tokens, which is what it takes to be fast
        self, at: int, line: int, *, within: int | None, depth: int
    ) -> tuple[list[Token], int, int]:
        """Tokens from here to the end, or to the brace that ends a template's piece."""
        text, match = self.text, _TOKEN.match
        found: list[Token] = []
        add = found.append
        open_: list[tuple[str, bool, int]] = []  # bracket, whether newlines count, line
        counts = within is None
        end = len(text)
        while at < end:
            token = match(text, at)
            if token is None:
                raise self.error(line, f"{text[at]!r} has no meaning here")
            kind = token.lastgroup
            at = token.end()
            if kind == "space":
                continue
            if kind == "name":
                value = token.group()
                if value == "for" and self._is_for(found, open_, at):
                    open_[-1] = (open_[-1][0], False, open_[-1][2])
                    counts = False
                    while found[-1].kind == "newline":
                        found.pop()
                add(Token("name", value, line))
            elif kind == "op":
                value = token.group()
                if value in "{[(":
                    counts = value == "{"
                    open_.append((value, counts, line))
                    if len(open_) + depth > DEEPEST:
                        raise self.error(line, f"brackets are nested more than {DEEPEST} deep")
                elif value in "}])":
                    if not open_ and within is not None and value == "}":
                        add(Token("end", None, line))
                        return found, at, line
                    if not open_:
                        raise self.error(line, f"{value} closes nothing")
                    bracket, _, began = open_.pop()
                    if _CLOSES[value] != bracket:
                        said = f"{value} closes the {bracket} of line {began}"
                        raise self.error(line, f"{said}, which needs another")
                    counts = open_[-1][1] if open_ else within is None
                add(Token(value, value, line))
            elif kind == "trimmed":
                if open_ or within is None:
                    raise self.error(line, "~} ends no part of a template here")
                add(Token("end", None, line))
                return found, at, line
            elif kind == "newline":
                if counts:
                    add(Token("newline", None, line))
                line += 1
            elif kind == "string":
                add(Token("string", token.group()[1:-1], line))
            elif kind == "number":
                value = token.group()
                add(
                    Token(
                        "number",
                        float(value) if "." in value or "e" in value.lower() else int(value),
                        line,
                    )
                )
            elif kind == "comment":
                line += token.group().count("\n")
            elif kind == "heredoc":
                at, line = self._heredoc(token.group(), at, line, add, depth)
            else:
                pieces, at, ended = self.quoted(at, line, depth + 1)
                add(Token("template", pieces, line))
                line = ended
        if open_:
            bracket, _, began = open_[-1]
            raise self.error(began, f"the {bracket} of this line is never closed")
        if within is not None:
            raise self.error(within, "the ${ or %{ of this line is never closed")
        if counts:
            add(Token("newline", None, line))
        add(Token("end", None, line))
        return found, at, line

    def _is_for(self, found: list[Token], open_: list[tuple[str, bool, int]], at: int) -> bool:
        if not open_ or open_[-1][0] != "{":
            return False
        last = next((one for one in reversed(found) if one.kind != "newline"), None)
        return last is not None and last.kind == "{" and bool(_FOR.match(self.text, at))

    def _heredoc(self, opening: str, at: int, line: int, add: Any, depth: int) -> tuple[int, int]:
        name = opening.strip().lstrip("<-")
        ending = re.compile(rf"^[ \t]*{re.escape(name)}[ \t\r]*$", re.MULTILINE).search(
            self.text, at
        )
        if ending is None:
            raise self.error(line, f"no line is only {name}, which would end the text begun here")
        body = self.text[at : ending.start()]
        if opening.startswith("<<-"):
            lines = body.split("\n")
            indents = [len(one) - len(one.lstrip(" \t")) for one in lines if one.strip()]
            common = min(indents, default=0)
            body = "\n".join(one[common:] if one.strip() else one.lstrip(" \t") for one in lines)
        pieces, _, _ = _Cutter(body, self.path).pieces(0, line + 1, depth + 1)
        add(Token("template", pieces, line))
        return ending.end(), line + 1 + self.text.count("\n", at, ending.end())

    def pieces(self, at: int, line: int, depth: int) -> tuple[list[str | Piece], int, int]:
        """All of the text as a template without quotes."""
        return self._parts(at, line, depth, is_quoted=False)

    def quoted(self, at: int, line: int, depth: int) -> tuple[list[str | Piece], int, int]:
        """A template up to its closing quote."""
        return self._parts(at, line, depth, is_quoted=True)

    def _parts(  # noqa: PLR0912 - one loop, as above
        self, at: int, line: int, depth: int, *, is_quoted: bool
    ) -> tuple[list[str | Piece], int, int]:
        if depth > DEEPEST:
            raise self.error(line, f"templates are nested more than {DEEPEST} deep")
        text, began, end = self.text, line, len(self.text)
        plain = _PLAIN if is_quoted else _PLAIN_LINES
        parts: list[str | Piece] = []
        held: list[str] = []
        while at < end:
            run = plain.match(text, at)
            if run is not None:
                held.append(run.group())
                if not is_quoted:
                    line += run.group().count("\n")
                at = run.end()
                continue
            sign = text[at]
            if is_quoted and sign == '"':
                if held:
                    parts.append("".join(held))
                return parts, at + 1, line
            if is_quoted and sign == "\n":
                raise self.error(began, 'the " of this line is not closed on it')
            if sign == "\\" and is_quoted:
                one, at = self._escape(at, line)
                held.append(one)
            elif text.startswith(sign * 2 + "{", at):
                held.append(sign + "{")
                at += 3
            elif sign in "$%" and text.startswith("{", at + 1):
                if held:
                    parts.append("".join(held))
                    held = []
                trims = text.startswith("~", at + 2)
                found, after, ended = self.cut(at + 2 + trims, line, within=line, depth=depth + 1)
                parts.append(Piece(found, line, sign == "%", trims, text[after - 2] == "~"))
                at, line = after, ended
            else:
                held.append(sign)
                at += 1
        if is_quoted:
            raise self.error(began, 'the " of this line is never closed')
        if held:
            parts.append("".join(held))
        return parts, at, line

    def _escape(self, at: int, line: int) -> tuple[str, int]:
        sign = self.text[at + 1 : at + 2]
        if sign in _ESCAPES:
            return _ESCAPES[sign], at + 2
        width = {"u": 4, "U": 8}.get(sign, 0)
        digits = self.text[at + 2 : at + 2 + width]
        try:
            if not width or len(digits) < width:
                raise self.error(line, f"\\{sign} is no escape: write \\\\ for one \\")
            return chr(int(digits, 16)), at + 2 + width
        except (ValueError, OverflowError):
            raise self.error(line, f"\\{sign} is no escape: write \\\\ for one \\") from None
