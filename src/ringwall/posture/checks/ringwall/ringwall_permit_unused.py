"""Policies that let nobody in are taken back.

Why: what nobody needs lets in whoever takes over somebody who might have used it.
Fix: read what `ringwall access review` tells of it, and delete the policy, or narrow it to what was
used, as `ringwall access review --propose FOLDER` writes it.

Judged by the record of 90 days, once `ringwall access review` has read it within the last 31. What
happens once a year is not in it: accept this for that.
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

CHECK = Check(
    judges="ringwall-permit",
    severity=Severity.LOW,
    reads=("use",),
    controls=(
        "nist-800-53r5 AC-6 supporting",
        "nist-800-53r5 AC-6(7) partial",
        "owasp-asvs 8.2.1 supporting",
        "iso-27001-2022 A.5.18 supporting",
        "ccm-4 IAM-08 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Permits that decided nothing."""
    if it.read("use")["used"]:
        return passes("it let somebody in within 90 days")
    return fails("it let nobody in for 90 days")


CASES = (
    case("used", PASS, use={"used": True}),
    case("unused", FAIL, use={"used": False}),
    case("nobody looked", UNKNOWN, use=DENIED),
)
