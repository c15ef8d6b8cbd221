"""What is told of findings: the text of a mail, the JSON of a webhook. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from ringwall.findings.standing import Standing

MOST: Final = 50
"""Findings that one message tells of by name."""
_HEADS: Final = {
    "new": ("{} new finding", "{} new findings"),
    "reopened": ("{} finding is open again", "{} findings are open again"),
    "overdue": ("the time of {} finding is over", "the time of {} findings is over"),
    "fixed": ("{} finding is fixed", "{} findings are fixed"),
}


def subject(occasion: str, count: int) -> str:
    """In a line what it is about."""
    return _HEADS[occasion][count != 1].format(count)


def body(occasion: str, some: Sequence[Standing]) -> str:
    """The text of a mail, the most urgent first."""
    lines = [f"Ringwall: {subject(occasion, len(some))}.", ""]
    for one in sorted(some, key=lambda one: -one.score)[:MOST]:
        found = one.finding
        lines.append(f"{found.severity}, rank {one.score}: {_line(found.title)}")
        lines.append(f"  {_line(found.component)}")
        if one.deadline is not None:
            lines.append(f"  until {one.deadline:%Y-%m-%d}")
        lines += [f"  ringwall findings show {found.uid[:8]}", ""]
    if len(some) > MOST:
        lines += [f"and {len(some) - MOST} more: `ringwall findings list`", ""]
    return "\n".join(lines)


def payload(occasion: str, some: Sequence[Standing], now: datetime) -> dict[str, Any]:
    """The JSON of a webhook; ``text`` is what a chat shows."""
    told = sorted(some, key=lambda one: -one.score)[:MOST]
    return {
        "text": f"Ringwall: {subject(occasion, len(some))}",
        "occasion": occasion,
        "count": len(some),
        "findings": [one.to_json(now) for one in told],
    }


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
