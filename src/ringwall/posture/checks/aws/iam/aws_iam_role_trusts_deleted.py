"""Roles trust nobody who was deleted.

Why: whom a policy names by an id of AIDA or AROA is gone; the role waits for nobody, and what it
was for was never cleaned up.
Fix: take the id out of the trust policy, and the role with it if nobody else is named.
"""

import re

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
from ringwall.posture.checks.aws.controls import TIDY
from ringwall.posture.checks.aws.identities import ME, ROLE, role
from ringwall.posture.checks.aws.statements import statements
from ringwall.posture.checks.aws.strangers import principals_of

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.LOW,
    reads=("details",),
    controls=(
        *TIDY,
        "nist-800-53r5 AC-2(3) supporting",
        "iso-27001-2022 A.5.16 supporting",
    ),
)
_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{16,}")


def judge(it: Subject, world: World) -> Judgment:
    """AWS writes the id of whoever was deleted where the name stood."""
    gone = sorted(
        {
            said
            for one in statements(it.read("details").get("AssumeRolePolicyDocument"))
            for said in principals_of(one)
            if _ID.fullmatch(said)
        }
    )
    return (
        fails(f"it trusts {', '.join(gone)}, who are gone")
        if gone
        else passes("whom it trusts is there")
    )


CASES = (
    case("a service", PASS, name=ROLE, details=role({"Service": "ec2.amazonaws.com"})),
    case("somebody", PASS, name=ROLE, details=role({"AWS": ME})),
    case("a user that is gone", FAIL, name=ROLE, details=role({"AWS": "AIDAQWERTYUIOPASDFGH"})),
    case(
        "a role that is gone, beside another",
        FAIL,
        name=ROLE,
        details=role({"AWS": [ME, "AROAQWERTYUIOPASDFGH"]}),
    ),
    case("broken", UNKNOWN, name=ROLE, details=role("*", AssumeRolePolicyDocument="{")),
    case("may not be read", UNKNOWN, name=ROLE, details=DENIED),
)
