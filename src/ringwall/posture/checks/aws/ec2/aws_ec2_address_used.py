"""Public addresses that are held are in use.

Why: names that point to it belong to whoever gets it next, once it is given back in a hurry.
Fix: take it out of DNS first, then release it.
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
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-ec2-address",
    severity=Severity.LOW,
    reads=("listed",),
    controls=TIDY,
    known_as=("prowler:ec2_elastic_ip_unassigned", "securityhub:EC2.12", "checkov:CKV2_AWS_19"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By what it is associated with."""
    listed = it.read("listed")
    if listed.get("AssociationId") or listed.get("InstanceId") or listed.get("NetworkInterfaceId"):
        return passes("it is associated with something")
    return fails(f"{it.label} is associated with nothing")


CASES = (
    case("used", PASS, listed={"AssociationId": "eipassoc-1"}),
    case("not", FAIL, listed={"AllocationId": "eipalloc-1"}),
)
