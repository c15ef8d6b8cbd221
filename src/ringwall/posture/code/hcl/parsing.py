"""Tokens to trees: blocks and arguments, and expressions by precedence."""

from typing import Final

from ringwall.posture.code.hcl.templates import parts_of
from ringwall.posture.code.hcl.tokens import DEEPEST, Piece, Token, pieces_of, tokens_of
from ringwall.posture.code.hcl.trees import (
    Argument,
    Attribute,
    Block,
    Body,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    ListOf,
    Literal,
    ObjectOf,
    Operation,
    Splat,
    Template,
    Variable,
)
from ringwall.posture.code.reading import CodeError

_PRECEDENCE: Final = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_WORDS: Final = {"true": True, "false": False, "null": None}


def parse(text: str, path: str) -> Body:
    """A file; ``CodeError`` names the line that is wrong."""
    return Parser(tokens_of(text, path), path).file()


def parse_template(text: str, path: str) -> Expression:
    """A text of JSON syntax, or a file that is a template."""
    return template(pieces_of(text, path), path)


def parse_expression(text: str, path: str) -> Expression:
    """One expression."""
    parser = Parser(tokens_of(f"({text}\n)", path), path)
    return parser.expression()


def template(pieces: list[str | Piece], path: str) -> Expression:
    """Pieces as they were cut, as one expression."""
    if not pieces:
        return Literal("")
    if len(pieces) == 1 and isinstance(pieces[0], str):
        return Literal(pieces[0])
    is_wrapped = len(pieces) == 1 and isinstance(pieces[0], Piece) and not pieces[0].is_directive
    return Template(parts_of(pieces, path, Parser), is_wrapped)


class Parser:
    """Goes through tokens once."""

    def __init__(self, tokens: list[Token], path: str) -> None:
        self.tokens, self.path, self.at, self.depth = tokens, path, 0, 0

    @property
    def now(self) -> Token:
        """The token that is next."""
        return self.tokens[self.at]

    def error(self, expected: str) -> CodeError:
        """What was expected, and what stands there."""
        token = self.now
        names = {"newline": "the end of the line", "end": "the end", "template": "a text"}
        told = names.get(token.kind, f"{token.value!r}" if token.value is not None else token.kind)
        return CodeError(self.path, token.line, f"expected {expected}, but there is {told}")

    def take(self, kind: str, expected: str = "") -> Token:
        """The next token, which has to be of a kind."""
        token = self.tokens[self.at]
        if token.kind != kind:
            raise self.error(expected or kind)
        self.at += 1
        return token

    def skip(self, kind: str) -> bool:
        """Whether the next token was of a kind, and was taken."""
        if self.tokens[self.at].kind == kind:
            self.at += 1
            return True
        return False

    def lines(self) -> None:
        """Go over ends of lines."""
        while self.tokens[self.at].kind == "newline":
            self.at += 1

    def is_word(self, word: str) -> bool:
        """Whether this name is next."""
        token = self.tokens[self.at]
        return token.kind == "name" and token.value == word

    def file(self) -> Body:
        """All there is."""
        body = self._body("end")
        self.take("end")
        return body

    def _body(self, ending: str) -> Body:
        body = Body()
        self.depth += 1
        if self.depth > DEEPEST:
            raise CodeError(self.path, self.now.line, "blocks are nested too deeply")
        while True:
            self.lines()
            token = self.now
            if token.kind == ending:
                break
            name = self.take("name", "an argument or a block").value
            if self.skip("="):
                if name in body.arguments:
                    first = body.arguments[name].line
                    raise CodeError(
                        self.path, token.line, f"{name} was set before, in line {first}"
                    )
                body.arguments[name] = Argument(name, self.expression(), token.line)
                if self.now.kind not in {ending, "end"}:
                    self.take("newline", "the end of the line")
            else:
                body.blocks.append(self._block(name, token.line))
        self.depth -= 1
        return body

    def _block(self, kind: str, line: int) -> Block:
        labels = []
        while self.now.kind in {"string", "name"}:
            labels.append(str(self.now.value))
            self.at += 1
        self.take("{", "{ of a block, or = of an argument")
        body = self._body("}")
        end = self.take("}").line
        if self.now.kind not in {"}", "end"}:
            self.take("newline", "the end of the line")
        return Block(kind, labels, body, line, end)

    def expression(self) -> Expression:
        """An expression with all that belongs to it."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise CodeError(self.path, self.now.line, "the expression is nested too deeply")
        found = self._binary(1)
        if self.skip("?"):
            self.lines()
            then = self.expression()
            self.lines()
            self.take(":", ": of the condition")
            self.lines()
            found = Conditional(found, then, self.expression())
        self.depth -= 1
        return found

    def _binary(self, least: int) -> Expression:
        left = self._unary()
        while True:
            operator = self.tokens[self.at].kind
            rank = _PRECEDENCE.get(operator, 0)
            if rank < least:
                return left
            self.at += 1
            self.lines()
            left = Operation(operator, left, self._binary(rank + 1))

    def _unary(self) -> Expression:
        signs = []
        while self.now.kind in {"-", "!"}:
            signs.append(self.now.kind)
            self.at += 1
        found = self._postfix(self._primary())
        for sign in reversed(signs):
            found = Operation(sign, None, found)
        return found

    def _postfix(self, found: Expression) -> Expression:
        while True:
            kind = self.tokens[self.at].kind
            if kind == ".":
                self.at += 1
                if self.skip("*"):
                    # what is in brackets after it is of the list that it gives
                    found = Splat(found, self._attributes(Variable("_splat", self.now.line)))
                    continue
                found = self._attribute(found)
            elif kind == "[":
                self.at += 1
                if self.skip("*"):
                    self.take("]")
                    found = Splat(found, self._postfix(Variable("_splat", self.now.line)))
                    continue
                key = self.expression()
                self.take("]", "] of the index")
                found = Index(found, key)
            else:
                return found

    def _attributes(self, found: Expression) -> Expression:
        while self.skip("."):
            found = self._attribute(found)
        return found

    def _attribute(self, on: Expression) -> Expression:
        token = self.now
        if token.kind == "number":
            self.at += 1
            found = on
            for one in str(token.value).split("."):
                found = Index(found, Literal(int(one)))
            return found
        return Attribute(on, self.take("name", "the name of an attribute").value)

    def _primary(self) -> Expression:
        token = self.tokens[self.at]
        kind = token.kind
        self.at += 1
        if kind == "name":
            return self._named(token)
        if kind in {"string", "number"}:
            return Literal(token.value)
        if kind == "template":
            return template(token.value, self.path)
        if kind == "[":
            return self._for(None) if self.is_word("for") and self._is_for() else self._list()
        if kind == "{":
            return self._for("{") if self.is_word("for") and self._is_for() else self._object()
        if kind == "(":
            found = self.expression()
            self.take(")", ") that closes")
            return found
        self.at -= 1
        raise self.error("a value")

    def _is_for(self) -> bool:
        one, two = self.tokens[self.at + 1], self.tokens[self.at + 2]
        return one.kind == "name" and (two.kind == "," or two.value == "in")

    def _named(self, token: Token) -> Expression:
        name = token.value
        while self.now.kind == "::":  # provider::aws::arn_parse
            self.at += 1
            name += f"::{self.take('name').value}"
        if self.now.kind == "(":
            self.at += 1
            return self._call(name, token.line)
        if name in _WORDS and "::" not in name:
            return Literal(_WORDS[name])
        return Variable(name, token.line)

    def _call(self, name: str, line: int) -> Expression:
        arguments: list[Expression] = []
        is_spread = False
        while not self.skip(")"):
            arguments.append(self.expression())
            if self.skip("..."):
                is_spread = True
            if not self.skip(",") and self.now.kind != ")":
                raise self.error(f", or ) in the call of {name}")
        return Call(name, arguments, is_spread, line)

    def _list(self) -> Expression:
        items = []
        while not self.skip("]"):
            items.append(self.expression())
            if not self.skip(",") and self.now.kind != "]":
                raise self.error(", or ] in the list")
        return ListOf(items)

    def _object(self) -> Expression:
        items: list[tuple[Expression, Expression]] = []
        self.lines()
        while not self.skip("}"):
            key = self.expression()
            if isinstance(key, Variable):
                key = Literal(key.name)
            self.lines()
            if not self.skip("=") and not self.skip(":"):
                raise self.error("= after the key")
            self.lines()
            items.append((key, self.expression()))
            if self.now.kind not in {",", "newline", "}"}:
                raise self.error(", or a new line in the object")
            self.skip(",")
            self.lines()
        return ObjectOf(items)

    def _for(self, opening: str | None) -> Expression:
        self.take("name")
        names = [self.take("name", "a name").value]
        if self.skip(","):
            names.append(self.take("name", "a name").value)
        if not self.is_word("in"):
            raise self.error("in")
        self.at += 1
        over = self.expression()
        self.take(":", ": of the for")
        value, key, is_grouped = self.expression(), None, False
        if opening:
            key = value
            self.take("=>", "=> after the key")
            value = self.expression()
            is_grouped = self.skip("...")
        condition = None
        if self.is_word("if"):
            self.at += 1
            condition = self.expression()
        self.take("}" if opening else "]", "the end of the for")
        return For(tuple(names), over, key, value, condition, is_grouped)
