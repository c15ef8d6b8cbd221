"""From a query's tree to a condition of DuckDB.

Texts of a query are only ever bound values: the shape of the condition depends on the shape of the
tree alone. Column names come from :mod:`fields`. Values compare exactly; words without a field
ignore the case of letters in columns, and stand in the raw form as they are written.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from ringwall.lake.search.fields import FREE_TEXT, IN_COLUMNS, RAW, Field, Kind
from ringwall.lake.search.moments import moment_of
from ringwall.lake.search.tree import (
    ANY,
    All,
    Either,
    Everything,
    Exists,
    InNetwork,
    Like,
    Network,
    Node,
    Not,
    OneOf,
    Pattern,
    Said,
    Within,
)

_EARLIEST: Final = -62_135_596_800_000_000
_LATEST: Final = 253_402_300_799_999_999
"""The years 1 to 9999, in microseconds."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands after WHERE, with a ``?`` for each of ``values`` in order."""

    sql: str
    values: tuple[object, ...]


def condition(tree: Node, *, in_columns: bool = False) -> Condition:
    """Return the condition that is true of the rows that the query asks for.

    Of rows of the kinds :data:`~ringwall.lake.search.fields.IN_COLUMNS` if ``in_columns``, else of
    those of all other kinds.
    """
    compiler = _Compiler(in_columns=in_columns)
    return Condition(compiler.compiled(tree), tuple(compiler.values))


def is_in_columns() -> Condition:
    """Of which rows the one condition is, and not the other. Never ``NULL``."""
    kinds = sorted(IN_COLUMNS)
    one = " OR ".join("kind IS NOT DISTINCT FROM ?" for _ in kinds)
    return Condition(f"({one})", tuple(kinds))


def is_not_in_columns() -> Condition:
    """The contrary, in the form by which files and row groups are left out unread."""
    kinds = sorted(IN_COLUMNS)
    return Condition(f"({' AND '.join('kind IS DISTINCT FROM ?' for _ in kinds)})", tuple(kinds))


def value_of(field: Field) -> Condition:
    """Return the expression of a field's value, to group by."""
    compiler = _Compiler()
    return Condition(compiler.value(field), tuple(compiler.values))


def quoted(column: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + column.replace('"', '""') + '"'


class _Compiler:
    def __init__(self, *, in_columns: bool = False) -> None:
        self._in_columns = in_columns
        self.values: list[object] = []

    def compiled(self, node: Node) -> str:
        match node:
            case Everything():
                return "TRUE"
            case All(parts=parts):
                return f"({' AND '.join(self.compiled(one) for one in parts)})"
            case Either(parts=parts):
                return f"({' OR '.join(self.compiled(one) for one in parts)})"
            case Not(part=part):
                # What an event lacks is NULL, and no part holds of it.
                return f"(NOT COALESCE({self.compiled(part)}, FALSE))"
            case Exists(field=field):
                return self._of(field, "{} IS NOT NULL")
            case OneOf(field=field, values=values):
                if len(values) == 1:
                    return self._of(field, _EQUALS, *values)
                return self._of(field, f"{{}} IN ({', '.join('?' * len(values))})", *values)
            case Like(field=field, pattern=pattern):
                return self._of(field, "{} LIKE ? ESCAPE '\\'", like(pattern))
            case InNetwork(field=field, network=network):
                return self._in_network(quoted(field.column), network)
            case Said():
                return self._said(node)
            case Within():
                return self._within(node)

    def value(self, field: Field) -> str:
        """The value of a field that an event may lack."""
        if field.column:
            return quoted(field.column)
        path = "$" + "".join(f"[{one}]" if one.isdigit() else f'."{one}"' for one in field.path)
        self.values += [path, path]
        # What is personal is laid over the raw form; what is no JSON has no fields.
        return (
            "COALESCE(list_filter(list_transform(CASE WHEN json_valid(personal) THEN "
            "json_extract(personal, '$.*') END, lambda x: json_extract_string(x, ?)), "
            "lambda x: x IS NOT NULL)[1], "
            "CASE WHEN json_valid(raw) THEN json_extract_string(raw, ?) END)"
        )

    def _of(self, field: Field, form: str, *values: object) -> str:
        if field.column:
            self.values += values
            return form.format(quoted(field.column))
        return self._raw(field, form, *values)

    def _raw(self, field: Field, form: str, *values: object) -> str:
        name = next((one for one in reversed(field.path) if not one.isdigit()), "")
        value = str(values[0]) if len(values) == 1 and form == _EQUALS else ""
        # To find value and name is a lot quicker than to read the whole as JSON. The value comes
        # first: the name is in nearly every event.
        looked = [value if _is_written_as_it_is(value) else "", f'"{name}"']
        self.values += [*looked, *looked]
        found = form.format(self.value(field))
        self.values += values
        either = " OR ".join(f"(contains({one}, ?) AND contains({one}, ?))" for one in RAW)
        return f"(({either}) AND {found})"

    def _within(self, node: Within) -> str:
        bounds: list[tuple[str, int | float]] = []
        if node.low is not None:
            bounds.append((">" if node.low_open else ">=", node.low))
        if node.high is not None:
            bounds.append(("<" if node.high_open else "<=", node.high))
        if node.field.kind is Kind.RAW:
            parts = [
                self._raw(node.field, f"TRY_CAST({{}} AS DOUBLE) {op} ?", value)
                for op, value in bounds
            ]
            return f"({' AND '.join(parts)})"
        column = quoted(node.field.column)
        for _, value in bounds:
            is_time = node.field.kind is Kind.TIME
            self.values.append(
                moment_of(max(_EARLIEST, min(_LATEST, int(value)))) if is_time else value
            )
        return f"({' AND '.join(f'{column} {op} ?' for op, _ in bounds)})"

    def _said(self, node: Said) -> str:
        pattern = node.pattern
        anywhere = like((ANY, *pattern, ANY))
        parts = []
        if not node.in_raw:
            parts += [f"{quoted(one)} ILIKE ? ESCAPE '\\'" for one in FREE_TEXT]
            self.values += [anywhere] * len(parts)
        for one in RAW if node.in_raw or not self._in_columns else ():
            if len(pattern) == 1:
                parts.append(f"contains({quoted(one)}, ?)")
                self.values.append(pattern[0])
            else:
                parts.append(f"{quoted(one)} LIKE ? ESCAPE '\\'")
                self.values.append(anywhere)
        return f"({' OR '.join(parts)})"

    def _in_network(self, column: str, network: Network) -> str:
        if isinstance(network, IPv4Network):
            return self._in_ipv4(column, network)
        return self._in_ipv6(column, network)

    def _in_ipv4(self, column: str, network: IPv4Network) -> str:
        """Whole bytes by how the text begins, the rest by the next byte as a number."""
        whole, bits = divmod(network.prefixlen, 8)
        first = str(network.network_address).split(".")
        parts = []
        if whole:
            begins = ".".join(first[:whole]) + ("." if whole < 4 else "")
            parts.append(f"starts_with({column}, ?)" if whole < 4 else f"{column} = ?")
            self.values.append(begins)
        if bits:
            low = int(first[whole])
            parts.append(f"TRY_CAST(split_part({column}, '.', {whole + 1}) AS INT) BETWEEN ? AND ?")
            self.values += [low, low + 2 ** (8 - bits) - 1]
        parts.append(f"regexp_full_match({column}, '{_IPV4}')")
        return f"({' AND '.join(parts)})"

    def _in_ipv6(self, column: str, network: IPv6Network) -> str:
        """By all 32 digits, which the short form leaves out (RFC 5952)."""
        digits = _DIGITS.format(
            left=_GROUPS.format(f"split_part({column}, '::', 1)"),
            right=_GROUPS.format(f"split_part({column}, '::', 2)"),
        )
        low, high = (
            f"{int(one):032x}" for one in (network.network_address, network.broadcast_address)
        )
        self.values += [low, high]
        return (
            f"(contains({column}, ':') AND regexp_full_match({column}, '{_IPV6}') "
            f"AND {digits} BETWEEN ? AND ?)"
        )


_EQUALS: Final = "{} = ?"
_BYTE: Final = "(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
_IPV4: Final = rf"{_BYTE}(\.{_BYTE}){{3}}"
_GROUP: Final = "[0-9a-f]{1,4}"
_SOME: Final = f"({_GROUP}(:{_GROUP}){{0,6}})?"
_IPV6: Final = f"{_SOME}::{_SOME}|{_GROUP}(:{_GROUP}){{7}}"
_GROUPS: Final = (
    "list_transform(list_filter(string_split({}, ':'), lambda x: x <> ''), "
    "lambda x: lpad(x, 4, '0'))"
)
_DIGITS: Final = (
    "array_to_string(list_concat({left}, list_concat(list_transform("
    "range(8 - len({left}) - len({right})), lambda x: '0000'), {right})), '')"
)


def _is_written_as_it_is(text: str) -> bool:
    """Whether canonical JSON (RFC 8785) has a text without escapes."""
    return not any(one < " " or one in {'"', "\\"} for one in text)


def like(pattern: Pattern) -> str:
    r"""A pattern of LIKE with ``\`` as its escape."""
    return "".join("%" if one is ANY else _escaped(str(one)) for one in pattern)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
