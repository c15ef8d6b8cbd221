"""What is known of the shadow: since when it runs, what it would have decided otherwise."""

from dataclasses import dataclass
from typing import Any

from ringwall.gateway.compiled import SHORT
from ringwall.gateway.service import Gateway
from ringwall.gateway.shadow_counts import Counted
from ringwall.gateway.shadows import Shadow
from ringwall.gateway.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowStatus:
    """The shadow that runs, and those that have ended, the oldest first.

    ``differing`` are routes with the methods where the policies differ; ``not_compared`` those
    where either of them has call-outs. ``counted`` is ``None`` where none runs.
    """

    shadow: Shadow | None
    counted: Counted | None
    differing: dict[str, tuple[str, ...]]
    not_compared: dict[str, tuple[str, ...]]
    ended: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "shadow": None if self.shadow is None else self.shadow.to_json(),
            "counted": None if self.counted is None else self.counted.to_json(),
            "differing": self.differing,
            "not_compared": self.not_compared,
            "ended": list(self.ended),
        }


def shadow_status(gateway: Gateway) -> ShadowStatus:
    """Read it, and count what has come; ``DamagedShadowError`` where it cannot be read."""
    current, ended = gateway.shadows.current(), gateway.shadows.history()
    configuration = gateway.in_force()
    if current is None or configuration is None:
        return ShadowStatus(shadow=None, counted=None, differing={}, not_compared={}, ended=ended)
    shadow, policies = current
    wanted = gateway.shadowing.added_to(Wanted.of(configuration))
    differing: dict[str, tuple[str, ...]] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    if wanted.compiled is not None and wanted.compiled_shadow is not None:
        found = wanted.compiled.comparison(wanted.compiled_shadow)
        differing, unknown = _by_route(found.differing), _by_route(found.unknown)
    return ShadowStatus(
        shadow=shadow,
        counted=gateway.shadowing.counter().count(policies.hash[:SHORT]),
        differing=differing,
        not_compared=unknown,
        ended=ended,
    )


def _by_route(ways: set[tuple[str, str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for route, _, method in sorted(ways):
        found[route] = tuple(dict.fromkeys((*found.get(route, ()), method)))
    return found
