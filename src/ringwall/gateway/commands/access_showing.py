"""Policies on a terminal, with the parts that decided underlined."""

from typing import TYPE_CHECKING, Any

from ringwall.runtime.output import say, show

if TYPE_CHECKING:
    from ringwall.access.asking.reasons import Part
    from ringwall.access.policies import PolicySet


def where(policies: "PolicySet", part: "Part") -> str:
    """``policies/orders.cedar:12``: the file and line of a policy, as it lies from here."""
    place = policies.place(part.policy)
    return f"{place.file}:{place.line}"


def show_part(policies: "PolicySet", part: "Part", *, style: str) -> None:
    """A policy's lines with numbers, what decided underlined, and the reasons below."""
    say((part.policy.id, f"bold {style}"), f"  {where(policies, part)}")
    for line, is_mark in _lines(policies, part):
        show(line, style=style if is_mark else "")
    for reason in part.reasons:
        say(("      ", ""), (reason, "bold"))


def _lines(policies: "PolicySet", part: "Part") -> list[tuple[str, bool]]:
    policy = part.policy
    lines = policies.lines[policy.file]
    found: list[tuple[str, bool]] = []
    start = policy.at.start
    number = lines.place(start).line
    for text in policy.text.splitlines(keepends=True):
        shown = text.rstrip("\r\n").expandtabs(4)
        found.append((f"  {number:>4} | {shown}", False))
        marks = _marks(text.rstrip("\r\n"), start, part)
        if marks:
            found.append((f"       | {marks}", True))
        start += len(text)
        number += 1
    return found


def _marks(text: str, start: int, part: "Part") -> str:
    """What stands below a line: ``^`` under each of its characters that decided."""
    found: list[str] = []
    for position, character in enumerate(text):
        width = 4 - len("".join(found)) % 4 if character == "\t" else 1
        inside = any(span.start <= start + position < span.end for span in part.spans)
        found.append(("^" if inside and not character.isspace() else " ") * width)
    # Blanks between words are underlined too, those before the first are not.
    marks = "".join(found)
    first, last = marks.find("^"), marks.rfind("^")
    if first < 0:
        return ""
    spans = [(s.start - start, s.end - start) for s in part.spans]
    whole = "".join(
        "^" if mark == "^" or (first < at < last and any(a <= at < b for a, b in spans)) else " "
        for at, mark in enumerate(marks)
    )
    return whole.rstrip()


def part_json(policies: "PolicySet", part: "Part") -> dict[str, Any]:
    """The same for programs; ``marked`` are the texts that decided."""
    place = policies.place(part.policy)
    text, start = part.policy.text, part.policy.at.start
    return {
        "policy": part.policy.id,
        "file": str(place.file),
        "line": place.line,
        "text": text,
        "marked": [text[s.start - start : s.end - start] for s in part.spans],
        "reasons": list(part.reasons),
    }
