"""Domains are locked against being moved.

Why: whoever moves a domain to another registrar owns every address and every mail in it.
Fix: turn the transfer lock of the domain on.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-route53domains-domain",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=HARDENED,
    known_as=("prowler:route53_domains_transferlock_enabled",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    return (
        passes("it is locked")
        if it.read("listed").get("TransferLock")
        else fails("it is not locked")
    )


CASES = (
    case("locked", PASS, listed={"TransferLock": True}),
    case("not", FAIL, listed={"TransferLock": False}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
