"""Users get their rights by groups or roles.

Why: what is given to one user is not looked over with the others, and stays when the job changes.
Fix: move the policies to a group that the user is in.
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
    judges="aws-iam-user",
    severity=Severity.LOW,
    reads=("details",),
    controls=(
        "cis-aws-3.0 1.15 full",
        "cis-aws-5.0 1.14 full",
        "cis-aws-6.0 2.14 full",
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 AC-2(7) supporting",
        "soc2 CC6.3 partial",
    ),
    known_as=(
        "prowler:iam_policy_attached_only_to_group_or_roles",
        "securityhub:IAM.2",
        "checkov:CKV_AWS_40",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Attached or written into the user."""
    told = it.read("details")
    own = [
        one["PolicyName"]
        for one in (*told.get("AttachedManagedPolicies", []), *told.get("UserPolicyList", []))
    ]
    if own:
        return fails(f"{it.label} has {', '.join(sorted(own))} directly")
    return passes("it has what its groups have")


CASES = (
    case("by groups", PASS, details={"GroupList": ["a"]}),
    case(
        "attached",
        FAIL,
        details={"AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": "a"}]},
    ),
    case(
        "written in", FAIL, details={"UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {}}]}
    ),
    case("may not be read", UNKNOWN, details=DENIED),
)
