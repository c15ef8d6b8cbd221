"""Functions run signed code alone.

Why: whoever may upload code puts theirs in.
Fix: give the function a code signing configuration that enforces.
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
from ringwall.posture.checks.aws.controls import CHANGES

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.INFORMATIONAL,
    reads=(
        "code_signing",
        "listed",
    ),
    controls=(
        "nist-800-53r5 CM-14 partial",
        "nist-800-53r5 SI-7 partial",
        "ccm-4 CCC-04 supporting",
        "iso-27001-2022 A.8.19 partial",
        "soc2 CC6.8 partial",
        "nist-csf-2.0 PR.PS-05 partial",
        *CHANGES,
    ),
    known_as=("checkov:CKV_AWS_272",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """As it is set."""
    if it.read("listed").get("PackageType") == "Image":
        return None
    return (
        passes("its code has to be signed")
        if it.read("code_signing")
        else fails("any code will do")
    )


CASES = (
    case("signed", PASS, listed={}, code_signing="arn:aws:lambda:r:1:code-signing-config:c"),
    case("any", FAIL, listed={}, code_signing=ABSENT),
    case("an image", NOT_JUDGED, listed={"PackageType": "Image"}, code_signing=ABSENT),
    case("what it is may not be read", UNKNOWN, listed=DENIED, code_signing=ABSENT),
    case("may not be read", UNKNOWN, listed={}, code_signing=DENIED),
)
