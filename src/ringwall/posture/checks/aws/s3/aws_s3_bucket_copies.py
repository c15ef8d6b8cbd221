"""What is in a bucket is copied elsewhere.

Why: a region that is lost, or an account that is taken over, takes the bucket with it.
Fix: replicate what matters to a bucket in another region, best in another account.
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
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.INFORMATIONAL,
    reads=("replication",),
    controls=BACKED_UP,
    known_as=(
        "prowler:s3_bucket_cross_region_replication",
        "securityhub:S3.7",
        "checkov:CKV_AWS_144",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By a rule that is on."""
    rules = it.read("replication", {}).get("Rules") or []
    on = [one["Destination"]["Bucket"] for one in rules if one.get("Status") == "Enabled"]
    return passes(f"it is copied to {', '.join(on)}") if on else fails("it is copied nowhere")


RULE = {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::copy"}}
CASES = (
    case("copied", PASS, replication={"Rules": [RULE]}),
    case("off", FAIL, replication={"Rules": [RULE | {"Status": "Disabled"}]}),
    case("not", FAIL, replication=ABSENT),
    case("may not be read", UNKNOWN, replication=DENIED),
)
