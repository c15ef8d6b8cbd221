"""Zones are signed.

Why: whoever answers first for an unsigned name sends people where they like.
Fix: turn DNSSEC signing on, and put the DS record into the parent zone.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
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
    judges="aws-route53-zone",
    severity=Severity.LOW,
    reads=(
        "dnssec",
        "listed",
    ),
    controls=(
        *IN_TRANSIT,
        "nist-800-53r5 SC-20 partial",
        "nist-800-53r5 SC-21 supporting",
    ),
    known_as=("checkov:CKV2_AWS_38",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Private zones cannot be."""
    if it.read("listed")["Config"].get("PrivateZone"):
        return None
    state = it.read("dnssec")["Status"]["ServeSignature"]
    return passes("it is signed") if state == "SIGNING" else fails(f"it is {state}")


PUBLIC = {"Config": {"PrivateZone": False}}
CASES = (
    case("signed", PASS, listed=PUBLIC, dnssec={"Status": {"ServeSignature": "SIGNING"}}),
    case("not", FAIL, listed=PUBLIC, dnssec={"Status": {"ServeSignature": "NOT_SIGNING"}}),
    case("private", NOT_JUDGED, listed={"Config": {"PrivateZone": True}}, dnssec=ABSENT),
    case("may not be read", UNKNOWN, listed=PUBLIC, dnssec=DENIED),
)
