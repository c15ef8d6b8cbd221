"""Uploads that were never finished go.

Why: parts of an upload that broke off stand in no list, cost, and hold what was to be stored.
Fix: add a rule that aborts unfinished uploads after some days.
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
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.INFORMATIONAL,
    reads=("lifecycle",),
    controls=TIDY,
    known_as=("checkov:CKV_AWS_300",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By a rule for all of the bucket that is on."""
    for one in it.read("lifecycle", []):
        told = one.get("AbortIncompleteMultipartUpload")
        filtered = one.get("Prefix") or (one.get("Filter") or {}) not in ({}, {"Prefix": ""})
        if one.get("Status") == "Enabled" and told and not filtered:
            return passes(f"they go after {told.get('DaysAfterInitiation')} days")
    return fails("they are kept for ever")


RULE = {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
CASES = (
    case("go", PASS, lifecycle=[RULE | {"Filter": {"Prefix": ""}}]),
    case("go, without a filter", PASS, lifecycle=[RULE | {"Filter": {}}]),
    case("of one folder", FAIL, lifecycle=[RULE | {"Filter": {"Prefix": "logs/"}}]),
    case("off", FAIL, lifecycle=[RULE | {"Status": "Disabled"}]),
    case("none", FAIL, lifecycle=ABSENT),
    case("may not be read", UNKNOWN, lifecycle=DENIED),
)
