"""Path templates: how routes are written, which wins, and what Envoy is told.

A template is exact text, segments that are ``{name}`` (one non-empty segment) and, at the end,
``**`` (everything below, the folder itself included). Envoy has normalised the path before it is
matched: dot segments resolved, slashes merged, escaped letters, digits and ``-._~`` unescaped,
escaped slashes refused. Other escapes stay as the client wrote them, ``%c3`` being ``%C3`` (RFC
3986 section 6.2.2.1).
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

_VARIABLE: Final = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")
_LITERAL: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})+")


class Segment(IntEnum):
    """How specific one segment is; the smaller wins at the first place two templates differ."""

    LITERAL = 0
    VARIABLE = 1
    REST = 2


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A parsed template. ``segments`` are (kind, text); ``/`` has one empty literal."""

    text: str
    segments: tuple[tuple[Segment, str], ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names in braces, in order."""
        return tuple(text for kind, text in self.segments if kind is Segment.VARIABLE)

    @property
    def shape(self) -> tuple[tuple[Segment, str], ...]:
        """The template without its variables' names: two of one shape match the same paths."""
        return tuple((k, "" if k is Segment.VARIABLE else t) for k, t in self.segments)

    @property
    def order(self) -> tuple[tuple[int, str], ...]:
        """Sort key that puts the most specific template first."""
        return tuple((int(kind), text) for kind, text in self.shape)

    def envoy_match(self) -> dict[str, Any]:
        """The path part of Envoy's ``RouteMatch``, query string not included."""
        *_, (last, _text) = self.segments
        if not self.variables and "%" not in self.text:
            if last is Segment.REST:
                return {"prefix": self.text.removesuffix("**")}
            return {"path": self.text}
        patterns = {Segment.VARIABLE: "[^/]+", Segment.REST: ".*"}
        pattern = "".join("/" + patterns.get(kind, _literal(text)) for kind, text in self.segments)
        return {"safe_regex": {"regex": pattern}}

    def matches(self, path: str) -> bool:
        """Whether a normalised path (no query) is covered; what ``envoy_match`` means."""
        parts = _upper(path).split("/")[1:]
        for at, (kind, text) in enumerate(self.segments):
            if kind is Segment.REST:
                return len(parts) > at
            if at >= len(parts) or (kind is Segment.LITERAL and parts[at] != text):
                return False
            if kind is Segment.VARIABLE and not parts[at]:
                return False
        return len(parts) == len(self.segments)


@lru_cache(maxsize=10_000)
def parse_template(text: str) -> PathTemplate:
    """Read a template; ``ValueError`` says what is wrong with it and what is allowed."""
    if not text.startswith("/"):
        msg = "a path begins with /"
        raise ValueError(msg)
    segments: list[tuple[Segment, str]] = []
    names: set[str] = set()
    parts = text.split("/")[1:]
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if part == "**":
            if not last:
                msg = "** stands only at the end of a path"
                raise ValueError(msg)
            segments.append((Segment.REST, ""))
        elif variable := _VARIABLE.fullmatch(part):
            if variable[1] in names:
                msg = f"the name {{{variable[1]}}} is used twice"
                raise ValueError(msg)
            names.add(variable[1])
            segments.append((Segment.VARIABLE, variable[1]))
        elif part in {".", ".."} or (not part and not last):
            msg = "a path has no empty, . or .. segments: the edge resolves them before matching"
            raise ValueError(msg)
        elif (part and not _LITERAL.fullmatch(part)) or "*" in part:
            msg = (
                f"cannot read the segment {part!r}: write plain text, {{name}} for one segment, "
                "or ** at the end for everything below"
            )
            raise ValueError(msg)
        elif re.search(r"%(2F|5C|00)", part):
            msg = "the edge refuses escaped slashes and NUL, so this would never match"
            raise ValueError(msg)
        elif needless := [hex_ for hex_ in _ESCAPE.findall(part) if _is_unreserved(hex_)]:
            written = chr(int(needless[0], 16))
            msg = f"write {written} for %{needless[0]}: the edge unescapes it before matching"
            raise ValueError(msg)
        else:
            segments.append((Segment.LITERAL, part))
    return PathTemplate(text, tuple(segments))


def _literal(text: str) -> str:
    """A regular expression of exact text, in which escapes may be of either case."""
    return re.sub(r"%([0-9A-F]{2})", r"%(?i:\1)", re.escape(text))


def _upper(path: str) -> str:
    return _ESCAPE.sub(lambda escape: escape[0].upper(), path)


def _is_unreserved(hex_: str) -> bool:
    return _UNRESERVED.fullmatch(chr(int(hex_, 16))) is not None
