"""Instances give their credentials only to who holds a session token.

Version 1 of the metadata service answers any request that is made from the instance, also one that
somebody else has the instance's software make. Version 2 asks for a token first.

Why: by a single forged request of a web server, the instance's role is the attacker's.
Fix: set `HttpTokens` to `required`, or switch the metadata service off.
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
from ringwall.posture.checks.aws.controls import HARDENED, LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 5.6 full",
        "cis-aws-5.0 5.7 full",
        "cis-aws-6.0 6.7 full",
        *HARDENED,
        *LEAST_PRIVILEGE,
    ),
    known_as=("prowler:ec2_instance_imdsv2_enabled", "securityhub:EC2.8", "checkov:CKV_AWS_79"),
    remedy="aws-ec2-imdsv2",
)


def judge(it: Subject, world: World) -> Judgment:
    """An instance keeps its own setting; the account's default is for those launched later."""
    listed = it.read("listed")
    options = listed.get("MetadataOptions") or {}
    if options.get("HttpEndpoint") == "disabled":
        return passes("its metadata service is switched off")
    if options.get("HttpTokens") == "required":
        return passes("its metadata service asks for session tokens")
    if not listed.get("IamInstanceProfile"):
        return fails(f"{it.label} answers version 1, but has no role to lose", Severity.MEDIUM)
    return fails(f"{it.label} gives its role's credentials without a session token")


PROFILE = {"Arn": "arn:aws:iam::111122223333:instance-profile/web"}
CASES = (
    case("tokens are required", PASS, listed={"MetadataOptions": {"HttpTokens": "required"}}),
    case(
        "it is off",
        PASS,
        listed={"MetadataOptions": {"HttpTokens": "optional", "HttpEndpoint": "disabled"}},
    ),
    case(
        "tokens are optional",
        FAIL,
        listed={"MetadataOptions": {"HttpTokens": "optional"}, "IamInstanceProfile": PROFILE},
    ),
    case("nothing is said", FAIL, listed={}),
    case("denied", UNKNOWN, listed=DENIED),
)
