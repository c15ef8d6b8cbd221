"""Buckets keep earlier versions.

Why: whoever may write may otherwise overwrite and delete for good, by mistake or for a ransom.
Fix: turn versioning on, with a lifecycle rule that lets old versions go after some time.
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
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.MEDIUM,
    reads=("versioning",),
    controls=(
        *BACKED_UP,
        "nist-800-53r5 SI-12 supporting",
    ),
    known_as=("prowler:s3_bucket_object_versioning", "securityhub:S3.14", "checkov:CKV_AWS_21"),
    remedy="aws-s3-versioning",
)


def judge(it: Subject, world: World) -> Judgment:
    """Suspended is off: what is overwritten from then on is gone."""
    status = it.read("versioning", {}).get("Status")
    if status == "Enabled":
        return passes("earlier versions are kept")
    return fails("versioning is suspended" if status == "Suspended" else "versioning was never on")


CASES = (
    case("on", PASS, versioning={"Status": "Enabled"}),
    case("suspended", FAIL, versioning={"Status": "Suspended"}),
    case("never on", FAIL, versioning={}),
    case("may not be read", UNKNOWN, versioning=DENIED),
)
