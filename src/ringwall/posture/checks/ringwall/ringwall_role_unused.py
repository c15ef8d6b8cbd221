"""Roles are used by those who hold them.

Why: a role that its holders do nothing with only serves whoever takes one of them over.
Fix: read what `ringwall access review` tells of it, and take the role from those who hold it.

Judged by the record of 90 days, once `ringwall access review` has read it within the last 31. Of
roles that no policy asks for only services know what they are for: these are not judged.
"""

from ringwall.core.observations import UnknownError
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
    judges="ringwall-role",
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
    """Of whom somebody holds, whether anything of what it permits was done by it."""
    use = it.read("use")
    if use["used"]:
        return passes(f"{use['used']} of {use['permits']} things that it permits were done by it")
    if use["holders"] < 0:
        raise UnknownError("who holds it cannot be asked")
    if use["holders"] == 0:
        return passes("nobody holds it")
    return fails(f"{use['holders']} hold it, and did nothing by it for 90 days")


CASES = (
    case("used", PASS, use={"permits": 9, "used": 2, "holders": 3}),
    case("unused", FAIL, use={"permits": 9, "used": 0, "holders": 3}),
    case("nobody has it", PASS, use={"permits": 9, "used": 0, "holders": 0}),
    case("used by some who are not known", PASS, use={"permits": 9, "used": 1, "holders": -1}),
    case("its holders are not known", UNKNOWN, use={"permits": 9, "used": 0, "holders": -1}),
    case("nobody looked", UNKNOWN, use=DENIED),
)
