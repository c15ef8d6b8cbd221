"""No policy decrypts with any key.

Why: keys of other data, made later for somebody else, open for it too.
Fix: name the keys in the statement's resource.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.statements import allowed_everywhere, current, is_aws_own

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=(
        "nist-800-53r5 AC-6 partial",
        "nist-800-53r5 SC-12 supporting",
        "ccm-4 CEK-03 supporting",
    ),
    known_as=("securityhub:KMS.1",),
)
_ACTIONS = frozenset(("kms:decrypt", "kms:reencryptfrom", "kms:*"))


def judge(it: Subject, world: World) -> Judgment | None:
    """On every resource and under no condition; AWS's own policies are not yours to change."""
    if is_aws_own(it.name):
        return None
    found = allowed_everywhere(current(it.read("details")), _ACTIONS)
    if found:
        return fails(f"it allows {', '.join(found)} on every resource")
    return passes("it decrypts with no key, or only with those it names")


def _details(**statement: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Resource": "*"} | statement
    version = {"IsDefaultVersion": True, "Document": {"Statement": one}}
    return {"AttachmentCount": 1, "PolicyVersionList": [version]}


OWN = "arn:aws:iam::1:policy/p"
CASES = (
    case("others", PASS, name=OWN, details=_details(Action="kms:ListKeys")),
    case(
        "under a condition",
        PASS,
        name=OWN,
        details=_details(Action="kms:Decrypt", Condition={"StringEquals": {"a": "b"}}),
    ),
    case(
        "one resource",
        PASS,
        name=OWN,
        details=_details(Action="kms:Decrypt", Resource="arn:aws:iam::1:role/r"),
    ),
    case("every resource", FAIL, name=OWN, details=_details(Action=["kms:Decrypt"])),
    case(
        "AWS's own",
        NOT_JUDGED,
        name="arn:aws:iam::aws:policy/P",
        details=_details(Action="kms:Decrypt"),
    ),
    case(
        "no JSON",
        UNKNOWN,
        name=OWN,
        details={"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]},
    ),
)
