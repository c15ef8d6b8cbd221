"""Tables are encrypted with a key of KMS.

Why: a key of KMS says who may decrypt, and tells who did; AWS's says yes to all who may read.
Fix: choose a key of KMS for it.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-dynamodb-table",
    severity=Severity.INFORMATIONAL,
    reads=("described",),
    controls=AT_REST,
    known_as=(
        "prowler:dynamodb_tables_kms_cmk_encryption_enabled",
        "checkov:CKV_AWS_119",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    told = it.read("described").get("SSEDescription") or {}
    if told.get("SSEType") == "KMS" and told.get("Status") in {"ENABLED", "UPDATING"}:
        return passes("a key of KMS encrypts it")
    return fails(f"a key that is AWS's alone encrypts {it.label}")


CASES = (
    case("a key", PASS, described={"SSEDescription": {"SSEType": "KMS", "Status": "ENABLED"}}),
    case("AWS's", FAIL, described={}),
)
