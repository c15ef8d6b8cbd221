"""The outcome as a table: each attack, its servers below one another, and the goals missed."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.siege.engagement import Outcome

SUCCESS: Final = 0.999
RATIO: Final = 2.0
GROWTH: Final = 0.1

_HEAD: Final = (
    f"  {'':9} {'success':>8} {'p50 ms':>8} {'p99 ms':>8} {'peace':>7} {'ratio':>6}"
    f" {'MB before':>10} {'after':>6} {'ratio':>6}  misses"
)


def table(found: Sequence[Outcome], titles: Mapping[str, str]) -> str:
    """All of it, in words and figures for people."""
    lines = [_HEAD]
    for attack in dict.fromkeys(one.attack for one in found):
        lines.append(titles[attack])
        for one in found:
            if one.attack == attack:
                lines.extend(_rows(one, peace(found, one.server)))
    return "\n".join(lines)


def to_json(found: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The same for programs, seconds and bytes."""
    return [
        {
            **one.to_json(),
            "success": one.siege.success,
            "p99_ratio": one.siege.p99 / peace(found, one.server),
            "misses": missed(one, peace(found, one.server)),
        }
        for one in found
    ]


def peace(found: Sequence[Outcome], server: str) -> float:
    """The median of p99 of all times of peace of a server, which is steadier than any of them."""
    return statistics.median(one.peace.p99 for one in found if one.server == server)


def missed(found: Outcome, in_peace: float) -> list[str]:
    """Which goals were not reached; what was not measured is not reached."""
    grown = abs(found.memory_after / max(1, found.memory_before) - 1)
    return [
        *([] if found.siege.success >= SUCCESS else ["success"]),
        *([] if found.siege.p99 / in_peace <= RATIO else ["p99"]),
        *([] if grown <= GROWTH else ["memory"]),
    ]


def _rows(found: Outcome, in_peace: float) -> list[str]:
    siege = found.siege
    before, after = found.memory_before / 1e6, found.memory_after / 1e6
    first = (
        f"  {found.server:9} {siege.success:8.2%} {siege.p50 * 1e3:8.1f} {siege.p99 * 1e3:8.1f}"
        f" {in_peace * 1e3:7.1f} {siege.p99 / in_peace:6.2f}"
        f" {before:10.0f} {after:6.0f} {after / before:6.2f}"
        f"  {', '.join(missed(found, in_peace)) or '-'}"
    )
    cores = ", ".join(f"{name} {used:.2f}" for name, used in _most(found.cores) if used >= 0.005)
    lines = [
        first,
        f"  {'':9} tries: {_told(found.tries)}",
        f"  {'':9} cores: {cores}; all programs of the machine {found.busy:.0%}",
    ]
    grown = [f"{name} {more / 1e6:+.0f}" for name, more in _most(found.grown) if more >= 1e6]
    if grown:
        lines.append(f"  {'':9} MB more: {', '.join(grown)}")
    for when, wrong in (("siege", siege.wrong), ("rest", found.after.wrong)):
        if wrong:
            lines.append(f"  {'':9} went wrong ({when}): {_told(wrong)}")
    if found.peace.wrong:
        lines.append(f"  {'':9} went wrong in peace already: {_told(found.peace.wrong)}")
    return lines


def _most(counted: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(counted.items(), key=lambda one: -one[1])


def _told(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in _most(counted) if count) or "none"
