"""The region blocks what comes in from internet gateways.

Why: where nothing is to be reached from outside, one setting of the account refuses it all.
Fix: turn VPC Block Public Access on for what comes in, and except the networks that need it.
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
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER

CHECK = Check(
    judges="aws-region",
    severity=Severity.INFORMATIONAL,
    reads=("vpc_block_public_access",),
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=("securityhub:EC2.172",),
)


def judge(it: Subject, world: World) -> Judgment:
    """For both ways, or for what comes in."""
    mode = it.read("vpc_block_public_access", {}).get("InternetGatewayBlockMode", "off")
    if mode in {"block-bidirectional", "block-ingress"}:
        return passes(f"internet gateways in {it.label} let nothing in but what is excepted")
    return fails(f"internet gateways in {it.label} are not blocked")


CASES = (
    case("on", PASS, vpc_block_public_access={"InternetGatewayBlockMode": "block-ingress"}),
    case("off", FAIL, vpc_block_public_access={"InternetGatewayBlockMode": "off"}),
    case("never set", FAIL, vpc_block_public_access=ABSENT),
    case("denied", UNKNOWN, vpc_block_public_access=DENIED),
)
