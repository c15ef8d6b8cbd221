"""Keys are not for everybody.

Why: whoever may use the key opens all that it encrypts, wherever they got it from.
Fix: name accounts and roles in the key's policy; bind services by `kms:CallerAccount` and
`kms:ViaService`.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import named, open_statements

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.CRITICAL,
    reads=("policy",),
    controls=NOT_PUBLIC,
    known_as=("prowler:kms_key_not_publicly_accessible", "checkov:CKV_AWS_33"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By statements for everybody that no condition narrows."""
    found = list(open_statements(it.read("policy")))
    if found:
        return fails(f"everybody may {named(found)} at {it.label}")
    return passes("its policy lets in nobody who is not named")


def _policy(**more: object) -> dict[str, object]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt"} | more
    return {"Statement": [statement]}


WORLD = {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}
CASES = (
    case("none", PASS, policy=ABSENT),
    case("everybody", FAIL, policy=_policy()),
    case("everybody in a list", FAIL, policy=_policy(Principal={"AWS": ["*"]})),
    case(
        "of the organisation",
        PASS,
        policy=_policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    case("from any network", FAIL, policy=_policy(Condition={"IpAddress": WORLD})),
    case("denied to everybody", PASS, policy=_policy(Effect="Deny")),
    case("not told", UNKNOWN, policy=DENIED),
)
