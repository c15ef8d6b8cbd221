"""AWS knows whom to reach about security.

Why: AWS tells of leaked keys and abuse by mail; what goes to a mailbox that nobody reads is lost.
Fix: set the account's security contact to an address that those on call read.
"""

from ringwall.posture.checking import (
    ABSENT,
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
    judges="aws-account",
    severity=Severity.LOW,
    reads=("security_contact",),
    controls=(
        "cis-aws-3.0 1.2 full",
        "cis-aws-5.0 1.2 full",
        "cis-aws-6.0 2.2 full",
        "nist-800-53r5 IR-6 supporting",
        "iso-27001-2022 A.5.5 supporting",
        "soc2 CC2.3 supporting",
        "ccm-4 SEF-08 supporting",
        "nist-csf-2.0 RS.CO-02 supporting",
    ),
    known_as=(
        "prowler:account_security_contact_information_is_registered",
        "securityhub:Account.1",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Who it is, is not told."""
    return passes("there is one") if it.read("security_contact") else fails("there is none")


CASES = (
    case("set", PASS, security_contact={"EmailAddress": "security@example.com"}),
    case("not set", FAIL, security_contact=ABSENT),
    case("may not be read", UNKNOWN, security_contact=DENIED),
)
