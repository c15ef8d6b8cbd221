"""Read what others wrote: JSON with a place for every mistake, rules by our names. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isnan
from typing import Any, Final, Protocol

import orjson

from ringwall.core.findings import Finding, Severity
from ringwall.findings.ranking import Exploit

MOST_BYTES: Final = 512 * 1024 * 1024
"""Of a file."""
MOST_FINDINGS: Final = 1_000_000


class FormatError(ValueError):
    """A file is not what it should be: where, what, and how to mend it."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}" if place else what)
        self.place, self.what = place, what


@dataclass(frozen=True, slots=True)
class KnownRule:
    """One of our checks, by which a rule of another tool is known."""

    id: str
    title: str
    fix: str
    judges: str = ""
    """The kind of what it judges."""


class Known(Protocol):
    """What rules of other tools are called here."""

    def get(self, name: str, /) -> KnownRule | None:
        """Our check for ``<tool>:<rule>``, such as ``prowler:s3_bucket_public_access``."""


NOBODY_KNOWN: Final[Mapping[str, KnownRule]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of a finding that they may not have found: a VEX statement."""

    weakness: str
    component: str
    part: str
    state: str
    """``false-positive``, ``fixed`` or ``affected``."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a file brings. ``passed`` and ``unknown`` are by weakness and component."""

    source: str
    findings: tuple[Finding, ...]
    passed: frozenset[tuple[str, str]] = frozenset()
    passed_at: frozenset[tuple[str, str, str]] = frozenset()
    """What passed in one place alone: weakness, component, and the part or how it begins."""
    unknown: frozenset[tuple[str, str]] = frozenset()
    exploits: Mapping[str, Exploit] = field(default_factory=dict)
    said: tuple[Said, ...] = ()
    failed: str = ""
    """Where it says that the scanner's run failed: then it tells of less than there is."""
    ended: datetime | None = None
    """When the last of all that it tells of was looked at, what passed included."""


class Node:
    """A JSON value and where it stands."""

    def __init__(self, value: Any, place: str = "") -> None:
        self.value, self.place = value, place

    def wrong(self, what: str) -> FormatError:
        """An error about this."""
        return FormatError(self.place or "the whole", what)

    def get(self, *names: str) -> "Node":
        """What stands below these names; a node of ``None`` where nothing does."""
        found = self
        for name in names:
            place = f"{found.place}.{name}" if found.place else name
            if found.value is None:
                return Node(None, place)
            if not isinstance(found.value, dict):
                raise found.wrong(f"an object is needed here, not {_kind(found.value)}")
            found = Node(found.value.get(name), place)
        return found

    def each(self, name: str) -> Iterator["Node"]:
        """The elements of an array below this; none where there is no array."""
        found = self.get(name)
        if found.value is None:
            return
        if not isinstance(found.value, list):
            raise found.wrong(f"an array is needed here, not {_kind(found.value)}")
        for index, one in enumerate(found.value):
            yield Node(one, f"{found.place}[{index}]")

    def first(self, name: str) -> "Node":
        """The first element of an array below this."""
        return next(self.each(name), Node(None, f"{self.get(name).place}[0]"))

    def text(self, name: str, default: str = "") -> str:
        """A text below this."""
        found = self.get(name)
        if found.value is None:
            return default
        if not isinstance(found.value, str):
            raise found.wrong(f"a text is needed here, not {_kind(found.value)}")
        return found.value

    def needed(self, name: str) -> str:
        """A text below this that has to be there."""
        found = self.text(name)
        if not found:
            raise self.get(name).wrong("a text is needed here, and there is none")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """Texts in an array below this."""
        found = []
        for one in self.each(name):
            if not isinstance(one.value, str):
                raise one.wrong(f"a text is needed here, not {_kind(one.value)}")
            found.append(one.value)
        return tuple(found)

    def number(self, name: str) -> float | None:
        """A number below this, also one in a text."""
        found = self.get(name)
        value = found.value
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise found.wrong("a number is needed here") from None
        if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
            raise found.wrong(f"a number is needed here, not {_kind(value)}")
        return float(value)

    def whole(self, name: str) -> int | None:
        """A whole number below this."""
        found = self.number(name)
        if found is None:
            return None
        if not -(2**53) <= found <= 2**53 or found != int(found):
            raise self.get(name).wrong("a whole number is needed here")
        return int(found)

    def epss(self, name: str) -> float | None:
        """A probability below this."""
        found = self.number(name)
        if found is not None and not 0 <= found <= 1:
            raise self.get(name).wrong("a probability from 0 to 1 is needed here")
        return found

    def moment(self, name: str) -> datetime | None:
        """A time below this: RFC 3339, or milliseconds (seconds in small numbers) since 1970."""
        found = self.get(name)
        value = found.value
        if value is None or value == "":
            return None
        try:
            if isinstance(value, str):
                made = datetime.fromisoformat(value)
                # In UTC, which some times at the ends of the calendar are not in.
                return made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)
            if isinstance(value, int | float) and not isinstance(value, bool):
                seconds = value / 1000 if abs(value) > 1e11 else value
                return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            pass
        raise found.wrong("a time is needed here, such as 2026-03-02T12:00:00Z")


def parsed(data: bytes) -> Node:
    """A JSON text; several objects one after the other, or a line each, are an array."""
    if len(data) > MOST_BYTES:
        raise FormatError("", f"the file has more than {MOST_BYTES // 1024**2} MB: split it")
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise FormatError("", "the file is empty: was the scanner cut off?")
    try:
        return Node(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        lines = text.splitlines()
        if len(lines) > 1 and text.startswith(b"{") and error.lineno <= 2:
            return Node([_line(one, number) for number, one in enumerate(lines, 1) if one.strip()])
        place = f"line {error.lineno}, column {error.colno}"
        raise FormatError(place, f"this is no JSON: {error.msg}") from None


def _line(line: bytes, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise FormatError(f"line {number}, column {error.colno}", "this is no JSON") from None


def severity_of(node: Node, name: str) -> Severity:
    """A severity by one of the words that are used for it."""
    word = node.text(name).strip().lower()
    found = _WORDS.get(word)
    if found is None:
        raise node.get(name).wrong(f"{word[:40]!r} is no severity: {', '.join(Severity)} are")
    return found


_WORDS: Final = {
    **{str(one): one for one in Severity},
    "": Severity.MEDIUM,
    "unknown": Severity.MEDIUM,
    "none": Severity.INFORMATIONAL,
    "info": Severity.INFORMATIONAL,
    "note": Severity.LOW,
    "moderate": Severity.MEDIUM,
    "warning": Severity.MEDIUM,
    "error": Severity.HIGH,
    "fatal": Severity.CRITICAL,
}


def named(known: Known, tool: str, rule: str) -> tuple[str, KnownRule | None]:
    """The weakness that a rule means: our check's id, a CVE's, else ``<tool>/<rule>``."""
    short = slug(tool)
    found = known.get(f"{short}:{rule}")
    if found is None and rule.startswith(("CVE-", "GHSA-")):
        return rule[:200], None  # the same whoever finds it
    return (f"{short}/{rule}"[:200] if found is None else found.id), found


def fix_for(told: str, known: KnownRule | None, *, tool: str, rule: str) -> str:
    """How something is mended: as the scanner says, as our check does, else what can be said."""
    if told.strip() and told.strip() != "None Provided":  # so Inspector says that it knows none
        return told
    if known is not None:
        return known.fix
    return (
        f"{tool} does not say how: look its rule {rule} up, mend what the evidence names, "
        "and import a new report, which confirms it."
    )


def slug(text: str) -> str:
    """The name of a tool as we write it: ``AWS Security Hub`` is ``aws-security-hub``."""
    kept = "".join(one if one.isascii() and one.isalnum() else "-" for one in text.strip().lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "unknown"


def unquoted(text: str) -> str:
    """A text that stands quoted in a reference of a URI (RFC 3986, section 2.1)."""
    found = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda hit: bytes([int(hit[1], 16)]), text.encode("utf-8", "replace")
    )
    return found.decode("utf-8", "replace")


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "an array", str: "a text", bool: "true or false"}
    return "nothing" if value is None else kinds.get(type(value), "a number")
