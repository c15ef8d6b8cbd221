"""Services are asked whether they are well.

Why: requests that go to a dead address are lost, until somebody who waits complains.
Fix: take `health: null` out, and answer 200 at its path.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="ringwall-service",
    severity=Severity.LOW,
    reads=("declared",),
    controls=("nist-800-53r5 CP-10 supporting", "nist-csf-2.0 DE.CM-09 supporting"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the edge, every few seconds."""
    health = it.read("declared")["health"]
    if health is None:
        return fails(f"nobody asks {it.label} whether it is well")
    return passes(f"it is asked at {health['path']}")


CASES = (
    case("asked", PASS, declared={"health": {"path": "/healthz"}}),
    case("not asked", FAIL, declared={"health": None}),
)
