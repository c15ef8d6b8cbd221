"""New instances ask for metadata session tokens by default.

Why: whoever launches an instance and thinks of nothing should get the safe one.
Fix: set `HttpTokens` to `required` in the account's instance metadata defaults, in each region.
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-region",
    severity=Severity.MEDIUM,
    reads=("metadata_defaults",),
    controls=(
        "cis-aws-3.0 5.6 supporting",
        "cis-aws-5.0 5.7 supporting",
        "cis-aws-6.0 6.7 supporting",
        *HARDENED,
    ),
    known_as=("prowler:ec2_instance_account_imdsv2_enabled",),
    remedy="aws-ec2-metadata-defaults",
)


def judge(it: Subject, world: World) -> Judgment:
    """Also where the service is off by default, nothing is given away."""
    defaults = it.read("metadata_defaults", {})
    if defaults.get("HttpTokens") == "required":
        return passes(f"new instances in {it.label} ask for session tokens")
    if defaults.get("HttpEndpoint") == "disabled":
        return passes(f"new instances in {it.label} have no metadata service")
    return fails(f"new instances in {it.label} may answer without a session token")


CASES = (
    case("required", PASS, metadata_defaults={"HttpTokens": "required"}),
    case("off", PASS, metadata_defaults={"HttpEndpoint": "disabled"}),
    case("optional", FAIL, metadata_defaults={"HttpTokens": "optional"}),
    case("no preference", FAIL, metadata_defaults={"HttpTokens": "no-preference"}),
    case("never set", FAIL, metadata_defaults=ABSENT),
    case("denied", UNKNOWN, metadata_defaults=DENIED),
)
