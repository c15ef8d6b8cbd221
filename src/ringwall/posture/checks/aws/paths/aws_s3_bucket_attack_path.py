"""No way leads from the internet to a confidential bucket.

Why: each hop is allowed by itself, and nobody sees them together: an open port, a role behind it,
a role that trusts that one, and what is in the bucket is out.
Fix: take the hop away that is named as the cheapest; most often what a role may read, or who may
become it.

Judged are buckets whose tags call them confidential or restricted (`classification`). The ways go
over what answers the internet and what stands behind it, roles that let strangers in, and every
technique of escalation that needs no more than that. Whether the bucket itself is public is judged
by `aws-s3-bucket-public`.
"""

from dataclasses import replace
from typing import Any

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    other,
)
from ringwall.posture.checks.aws.attack import READS, attacked, is_confidential
from ringwall.posture.checks.aws.authorization import BESIDE
from ringwall.posture.checks.aws.controlled import bound, policy
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, NOT_REACHED, PERIMETER
from ringwall.posture.checks.aws.locking import lock_of
from ringwall.posture.checks.aws.scenes import (
    LIST_GROUP,
    SPARED_REGION,
    SUBNET,
    WORLD_TABLE,
    called,
    interface,
    prefix_list,
)
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.terrain import Kept

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.HIGH,
    reads=("policy", "tags", "encryption", *READS),
    beside=BESIDE,
    controls=(
        *PERIMETER,
        *LEAST_PRIVILEGE,
        *NOT_REACHED,
        "soc2 C1.1 partial",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Decided with the bucket's own policy, too."""
    if not is_confidential(it) or not it.name.startswith("arn:"):
        return None
    written = it.read("policy", None)
    own = None
    if written:
        own = read(written, name=f"policy of {it.label}", kind=Kind.RESOURCE)
    kept = Kept("aws-s3-bucket", it.name, it.label, own, exposed=(), region=it.found.region)
    return attacked(world, it, replace(kept, lock=lock_of(it)))


ME = "arn:aws:s3:::ledger"
ROLE = "arn:aws:iam::111122223333:role/web"
ADMIN = "arn:aws:iam::111122223333:role/admin"
PROFILE = "arn:aws:iam::111122223333:instance-profile/web"
TAGS = {"DataClassification": "Restricted"}


def _role(arn: str, trust: Any, *actions: str, resource: str = "*") -> Any:
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    lets = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
    return other(
        "aws-iam-role",
        arn,
        details={
            "RoleName": arn.rpartition("/")[2],
            "Arn": arn,
            "AssumeRolePolicyDocument": {"Statement": [lets]},
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Statement": [allow]}}],
            "InstanceProfileList": [{"Arn": PROFILE}],
        },
    )


LAMBDA = {"Service": "lambda.amazonaws.com"}
FUNCTION = called(ROLE)
READER = _role(ROLE, LAMBDA, "s3:GetObject")
INSTANCE = other(
    "aws-ec2-instance",
    "arn:i-1",
    listed=interface() | {"IamInstanceProfile": {"Arn": PROFILE}},
)
THROUGH_LIST = (LIST_GROUP, prefix_list("0.0.0.0/0"), WORLD_TABLE, SUBNET, SPARED_REGION)
SCP, RCP = "service control policy", "resource control policy"
FULL = policy(SCP, "full", {"Effect": "Allow", "Action": "*", "Resource": "*"})
DENY_READING = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
MACHINES = {"Action": "ec2:*"}
ANYBODY = {"Principal": "*"}
OUTSIDE = ANYBODY | {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}


def _within(told: str, outcome: Any, one: dict[str, Any]) -> tuple[Case, ...]:
    """A way, within an organisation that has one more control policy."""
    there = bound(FULL, one)
    return (case(told, outcome, FUNCTION, READER, there, name=ME, tags=TAGS, policy=ABSENT),)


KEY = other(
    "aws-kms-key",
    "arn:aws:kms:eu-west-1:111122223333:key/k",
    policy={
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": ADMIN},
                "Action": "kms:*",
                "Resource": "*",
            }
        ]
    },
    grants=[],
)


def _encrypted(told: str, outcome: Any, algorithm: str, key: Other | None = None) -> Case:
    """A way to a bucket whose new objects are encrypted so."""
    by = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key.name} if key else {})
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": by}]}
    several = (FUNCTION, READER, key) if key else (FUNCTION, READER)
    return case(told, outcome, *several, name=ME, tags=TAGS, encryption=rules, policy=ABSENT)


CASES = (
    case(
        "by an instance",
        FAIL,
        INSTANCE,
        *THROUGH_LIST,
        READER,
        name=ME,
        tags=TAGS,
        policy=ABSENT,
    ),
    case("by a function", FAIL, FUNCTION, READER, name=ME, tags=TAGS, policy=ABSENT),
    case(
        "by a role that trusts the function's",
        FAIL,
        FUNCTION,
        _role(ROLE, LAMBDA, "sts:AssumeRole"),
        _role(ADMIN, {"AWS": ROLE}, "s3:*"),
        name=ME,
        tags=TAGS,
        policy=ABSENT,
    ),
    case(
        "by writing itself a policy",
        FAIL,
        FUNCTION,
        _role(ROLE, LAMBDA, "iam:PutRolePolicy"),
        name=ME,
        tags=TAGS,
        policy=ABSENT,
    ),
    case(
        "by a role that everybody may take",
        FAIL,
        _role(ADMIN, {"AWS": "*"}, "s3:*"),
        name=ME,
        tags=TAGS,
        policy=ABSENT,
    ),
    case(
        "another bucket",
        PASS,
        FUNCTION,
        _role(ROLE, LAMBDA, "s3:*", resource="arn:aws:s3:::site/*"),
        name=ME,
        tags=TAGS,
        policy=ABSENT,
    ),
    *_within("which a control policy denies", PASS, policy(SCP, "no", DENY_READING)),
    *_within("of a unit that it may be in", FAIL, policy(SCP, "no", DENY_READING, to="ou-9")),
    *_within("that nobody could read", FAIL, {"Kind": SCP, "Name": "no", "Why": "denied"}),
    *_within("that denies something else", FAIL, policy(SCP, "no", DENY_READING | MACHINES)),
    *_within("which one of resources denies", PASS, policy(RCP, "no", DENY_READING | ANYBODY)),
    *_within("which one denies to others", FAIL, policy(RCP, "no", DENY_READING | OUTSIDE)),
    _encrypted("by a key that they may not use, perhaps", UNKNOWN, "aws:kms", KEY),
    _encrypted("by a key of AWS", FAIL, "aws:kms"),
    case(
        "how is untold",
        UNKNOWN,
        FUNCTION,
        READER,
        name=ME,
        tags=TAGS,
        encryption=DENIED,
        policy=ABSENT,
    ),
    _encrypted("by S3 itself", FAIL, "AES256"),
    case("nothing runs", PASS, READER, name=ME, tags=TAGS, policy=ABSENT),
    case("not confidential", NOT_JUDGED, FUNCTION, READER, name=ME, policy=ABSENT),
    case("not told", UNKNOWN, FUNCTION, READER, name=ME, tags=TAGS, policy=DENIED),
)
