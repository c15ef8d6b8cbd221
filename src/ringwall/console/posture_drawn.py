"""How a framework's share over time is drawn: numbers for a plain SVG, made on the server. Pure.

The picture is stretched to the width there is, so that letters stand outside of it.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from ringwall.posture.over_time import Moment, thinned

WIDTH: Final = 600.0
HEIGHT: Final = 120.0
"""Of the share, from 0 at the bottom to 1 at the top."""
BELOW: Final = 24.0
"""Of how many checks looked, below."""
_MOST: Final = 200


def drawn(moments: Sequence[Moment], title: str) -> dict[str, Any] | None:
    """A line for the share, a stepped area for how many checks looked; ``None`` of nothing.

    Where nothing was judged the line is broken. What could not all be read is marked.
    """
    several = thinned(moments, _MOST)
    if not several:
        return None
    begin, end = several[0].at, several[-1].at
    most = max(one.checks for one in several) or 1
    places = [(_x(one.at, begin, end), one) for one in several]
    edges = [0.0, *((a + b) / 2 for (a, _), (b, _) in pairwise(places)), WIDTH]
    return {
        "says": _says(title, several),
        "line": _line(places),
        "checks": _steps([(x, BELOW * one.checks / most) for x, one in places]),
        "most": most,
        "dots": [
            {"x": f"{x:.1f}", "y": _y(one), "tone": "warn" if one.partial else "accent"}
            for x, one in places
            if one.share is not None and (one.partial or len(places) == 1)
        ],
        "marks": [
            {
                "x": f"{edges[number]:.1f}",
                "width": f"{edges[number + 1] - edges[number]:.1f}",
                "title": told(one),
            }
            for number, (_, one) in enumerate(places)
        ],
        "first": f"{begin:%Y-%m-%d}",
        "last": f"{end:%Y-%m-%d}" if end.date() != begin.date() else "",
        "partial": any(one.partial for one in several),
    }


def told(one: Moment) -> str:
    """A moment in words."""
    share = "nothing was judged" if one.share is None else f"{one.share * 100:.1f} % pass"
    partial = ", not all could be read" if one.partial else ""
    return f"{one.at:%Y-%m-%d %H:%M} UTC: {share}, {one.checks} checks looked{partial}"


def percent(share: float | None) -> str:
    """A share in whole percent, which is 100 only where all passes; empty where there is none."""
    if share is None:
        return ""
    return f"{100 if share == 1 else min(99, round(share * 100))}\N{NO-BREAK SPACE}%"


def _says(title: str, several: Sequence[Moment]) -> str:
    if len(several) == 1:
        return f"{title}: {told(several[0])}"
    return f"{title}: {told(several[0])}; {told(several[-1])}"


def _x(at: datetime, begin: datetime, end: datetime) -> float:
    length = (end - begin).total_seconds()
    return WIDTH * (at - begin).total_seconds() / length if length else WIDTH / 2


def _y(one: Moment) -> str:
    return f"{HEIGHT * (1 - (one.share or 0)):.1f}"


def _line(places: Sequence[tuple[float, Moment]]) -> str:
    """The path of the shares."""
    parts, is_begun = [], False
    for x, one in places:
        if one.share is None:
            is_begun = False
            continue
        parts.append(f"{'L' if is_begun else 'M'}{x:.1f} {_y(one)}")
        is_begun = True
    return " ".join(parts)


def _steps(heights: Sequence[tuple[float, float]]) -> str:
    """The path of an area that holds each height until the next."""
    if len(heights) == 1:
        heights = [(0.0, heights[0][1])]
    parts, bottom = [f"M{heights[0][0]:.1f} {BELOW:.1f}"], BELOW
    for x, height in heights:
        parts.append(f"H{x:.1f} V{bottom - height:.1f}")
    return " ".join([*parts, f"H{WIDTH:.1f} V{BELOW:.1f} Z"])
