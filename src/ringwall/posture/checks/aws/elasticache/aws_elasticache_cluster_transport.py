"""Caches that stand alone refuse plain connections.

Why: sessions and answers cross the network as they are; Memcached and a single Redis ask for
nothing then.
Fix: make it anew with encryption in transit.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-elasticache-cluster",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=IN_TRANSIT,
    known_as=("securityhub:ElastiCache.5",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if listed.get("TransitEncryptionEnabled") is True:
        return passes("plain connections are refused")
    return fails(f"{it.label}, of {listed.get('Engine')}, takes plain connections")


CASES = (
    case("on", PASS, listed={"TransitEncryptionEnabled": True}),
    case("off", FAIL, listed={"Engine": "memcached", "TransitEncryptionEnabled": False}),
)
