"""Somebody may speak with AWS's support.

Why: in an emergency the right to open a case has to be there already.
Fix: attach AWSSupportAccess to a role that those on call can assume.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("aws-iam-role.details",),
    controls=(
        "cis-aws-3.0 1.17 full",
        "cis-aws-5.0 1.16 full",
        "cis-aws-6.0 2.16 full",
        "nist-800-53r5 IR-7 partial",
        "iso-27001-2022 A.5.26 supporting",
        "soc2 CC7.4 supporting",
        "ccm-4 SEF-03 supporting",
        "nist-csf-2.0 RS.MA-01 supporting",
    ),
    known_as=("prowler:iam_support_role_created", "securityhub:IAM.18"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Any role that has it."""
    for role in world.all("aws-iam-role", account=it.account):
        attached = role.read("details").get("AttachedManagedPolicies", [])
        if any(
            str(one.get("PolicyArn", "")).endswith(":policy/AWSSupportAccess") for one in attached
        ):
            return passes(f"{role.label} may")
    return fails("no role has AWSSupportAccess")


def _role(policy: str) -> Other:
    arn = f"arn:aws:iam::aws:policy/{policy}"
    return other(
        "aws-iam-role",
        "arn:aws:iam::1:role/r",
        details={"AttachedManagedPolicies": [{"PolicyArn": arn}]},
    )


CASES = (
    case("there is one", PASS, _role("AWSSupportAccess")),
    case("there is none", FAIL, _role("ReadOnlyAccess")),
    case("may not be read", UNKNOWN, other("aws-iam-role", "r", details=DENIED)),
)
