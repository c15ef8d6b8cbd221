"""The outcome as a table: each attack, its servers below one another."""

from collections.abc import Iterable

from bench.siege.engagement import Outcome

HEAD = (
    f"  {'':9} {'honest':>8} {'p50 ms':>14} {'p99 ms':>16} {'':>6} {'memory MB':>12} "
    f"{'':>6}  cores: server services honest attackers"
)
SUB = f"  {'':9} {'success':>8} {'peace':>6} {'siege':>7} {'peace':>8} {'siege':>7} {'ratio':>6} "


def row(found: Outcome) -> str:
    """One server in one attack, and what became of requests and tries."""
    peace, siege, cores = found.peace, found.siege, found.cores
    grown = found.memory_after / max(1, found.memory_before)
    first = (
        f"  {found.server:9} {siege.success:8.2%} {peace.p50 * 1e3:6.1f} {siege.p50 * 1e3:7.1f} "
        f"{peace.p99 * 1e3:8.1f} {siege.p99 * 1e3:7.1f} {siege.p99 / peace.p99:6.2f} "
        f"{found.memory_before / 1e6:5.0f} {found.memory_after / 1e6:6.0f} {grown:6.2f}  "
        f"{cores['server']:13.2f} {cores['services']:8.2f} {cores['honest']:6.2f} "
        f"{cores['attackers']:9.2f}   busy {found.busy:.0%}"
    )
    lines = [first]
    if siege.wrong:
        lines.append(f"  {'':9} honest, wrong: {_told(siege.wrong)}")
    lines.append(f"  {'':9} tries: {_told(found.tries)}")
    if peace.wrong or found.after.wrong:
        lines.append(
            f"  {'':9} wrong in peace: {_told(peace.wrong)}; afterwards: {_told(found.after.wrong)}"
        )
    return "\n".join(lines)


def _told(counted: dict[str, int]) -> str:
    return ", ".join(f"{n} {c}" for n, c in sorted(counted.items(), key=lambda x: -x[1])) or "none"


def judged(found: Iterable[Outcome]) -> str:
    """Which goals Ringwall reached and where nginx fared better, a line an attack."""
    pairs: dict[str, dict[str, Outcome]] = {}
    for one in found:
        pairs.setdefault(one.attack, {})[one.server] = one
    lines = []
    for attack, sides in pairs.items():
        for name, one in sides.items():
            ratio = one.siege.p99 / one.peace.p99
            grown = abs(one.memory_after / max(1, one.memory_before) - 1)
            missed = [
                *(["success"] if one.siege.success < 0.999 else []),
                *(["p99"] if not ratio <= 2 else []),
                *(["memory"] if grown > 0.1 else []),
            ]
            told = f"misses {', '.join(missed)}" if missed else "reaches all goals"
            lines.append(f"  {attack:14} {name:9} {told}")
    return "\n".join(lines)
