"""Earlier versions go at some time.

Why: what was deleted is kept as a version for ever, with whatever law or promise said that it goes.
Fix: add a rule that lets noncurrent versions expire.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
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
    judges="aws-s3-bucket",
    severity=Severity.INFORMATIONAL,
    reads=(
        "versioning",
        "lifecycle",
    ),
    controls=(
        "nist-800-53r5 SI-12 supporting",
        "iso-27001-2022 A.8.10 supporting",
        "soc2 C1.2 supporting",
        "ccm-4 DSP-16 supporting",
        "pci-dss-4 3.2.1 supporting",
        "nist-csf-2.0 ID.AM-08 supporting",
    ),
    known_as=("securityhub:S3.10",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of buckets that keep versions."""
    if not it.read("versioning", {}).get("Status"):
        return None
    for one in it.read("lifecycle", []):
        if one.get("Status") == "Enabled" and one.get("NoncurrentVersionExpiration"):
            return passes("earlier versions expire")
    return fails("earlier versions are kept for ever")


ON = {"Status": "Enabled"}
RULE = {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
CASES = (
    case("expire", PASS, versioning=ON, lifecycle=[RULE]),
    case("a rule that is off", FAIL, versioning=ON, lifecycle=[RULE | {"Status": "Disabled"}]),
    case(
        "current ones alone",
        FAIL,
        versioning=ON,
        lifecycle=[{"Status": "Enabled", "Expiration": {"Days": 9}}],
    ),
    case("no rule", FAIL, versioning=ON, lifecycle=ABSENT),
    case("no versions", NOT_JUDGED, versioning={}, lifecycle=ABSENT),
    case("may not be read", UNKNOWN, versioning=ON, lifecycle=DENIED),
)
