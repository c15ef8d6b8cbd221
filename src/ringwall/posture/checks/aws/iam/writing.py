"""Whether policies that somebody here wrote grant something on whatever there is."""

from collections.abc import Callable
from typing import Any, Final

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Subject,
    case,
    passes,
)
from ringwall.posture.checks.aws.granting import Asked, judge_granted
from ringwall.posture.checks.aws.identities import allow
from ringwall.posture.checks.aws.statements import BOUNDS, bounds_alone, current, is_aws_own


def judge_own_policy(it: Subject, asked: Asked, *, well: str) -> Judgment | None:
    """Asked of a resource that nobody thought of; AWS's own policies are not yours to change."""
    if is_aws_own(it.name):
        return None
    told = it.read("details")
    if bounds_alone(told):
        return passes(BOUNDS)
    return judge_granted(current(told), asked, account=it.account, well=well)


def cases_of_own_policy(
    action: str, *, pattern: str, every: str, harmless: str
) -> tuple[Case, ...]:
    """Cases of a check that judges so.

    ``pattern`` stands for the action among others, ``every`` for all resources by an ARN.
    """
    own = "arn:aws:iam::1:policy/p"

    def details(**statement: object) -> dict[str, object]:
        one = {"Effect": "Allow", "Resource": "*"} | statement
        version = {"IsDefaultVersion": True, "Document": {"Statement": one}}
        return {"AttachmentCount": 1, "PolicyVersionList": [version]}

    bound = {"StringEquals": {"a": "b"}}
    broken = {"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]}
    aws_own = "arn:aws:iam::aws:policy/P"
    one = "arn:aws:iam::1:role/r"
    return (
        case("others", PASS, name=own, details=details(Action=harmless)),
        case("under a condition", PASS, name=own, details=details(Action=action, Condition=bound)),
        case("one resource", PASS, name=own, details=details(Action=action, Resource=one)),
        case("every resource", FAIL, name=own, details=details(Action=[action])),
        case("by a pattern", FAIL, name=own, details=details(Action=pattern)),
        case("by what it leaves out", FAIL, name=own, details=details(NotAction="s3:*")),
        case("every one by an ARN", FAIL, name=own, details=details(Action=action, Resource=every)),
        case("AWS's own", NOT_JUDGED, name=aws_own, details=details(Action=action)),
        case("it only bounds", PASS, name=own, details=details(Action=action) | BOUNDING),
        case("it bounds, too", FAIL, name=own, details=details(Action=action) | BOUNDING_TOO),
        case("no JSON", UNKNOWN, name=own, details=broken),
    )


BOUNDING: Final = {"AttachmentCount": 0, "PermissionsBoundaryUsageCount": 2}
BOUNDING_TOO: Final = BOUNDING | {"AttachmentCount": 1}
READING: Final = (
    "s3:GetObject",
    "s3:Get*",
    "s3:ListAllMyBuckets",
    "secretsmanager:Get*",
    "arn:aws:secretsmanager:{}:*:secret:{}",
)
CHANGING: Final = (
    "s3:DeleteObject",
    "s3:Delete*",
    "s3:GetObject",
    "rds:Delete*",
    "arn:aws:rds:{}:*:db:{}",
)
"""What is asked for, a pattern it is one of, what is harmless, and another that is asked for.

Last, what that one is about, by a region and a name.
"""


def cases_of_written(
    name: str,
    details: Callable[..., dict[str, Any]],
    policies: str,
    actions: tuple[str, str, str, str, str],
) -> tuple[Case, ...]:
    """Cases of a check that asks whether what is written into somebody does it to all there is."""
    action, pattern, harmless, another, regional = actions

    def within(region: str, name: str = "*") -> dict[str, Any]:
        return details(allow(another, Resource=regional.format(region, name)))

    one_bucket = allow(action, Resource="arn:aws:s3:::shop/*")
    every_bucket = allow(pattern, Resource="arn:aws:s3:::*/*")
    factor = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    broken = {policies: [{"PolicyName": "own", "PolicyDocument": "{"}]}
    denied = (allow(pattern), allow(action, Effect="Deny"))
    return (
        case("none", PASS, name=name, details=details()),
        case("one bucket", PASS, name=name, details=details(one_bucket)),
        case("something harmless", PASS, name=name, details=details(allow(harmless))),
        case("all of a service", FAIL, name=name, details=details(allow("s3:*", "ec2:*"))),
        case("every bucket, by a pattern", FAIL, name=name, details=details(every_bucket)),
        case("of another service", FAIL, name=name, details=details(allow(another))),
        case("all there is in a region", FAIL, name=name, details=within("us-east-1")),
        case("in regions by a pattern", FAIL, name=name, details=within("us-*")),
        case("in folders of one name", PASS, name=name, details=within("*", "shop/*")),
        case("one in a region", PASS, name=name, details=within("us-east-1", "shop-*")),
        case("with a factor", PASS, name=name, details=details(allow("s3:*", Condition=factor))),
        case("denied again", PASS, name=name, details=details(*denied)),
        case("everything, which another says", PASS, name=name, details=details(allow("*"))),
        case("broken", UNKNOWN, name=name, details=details(**broken)),
        case("may not be read", UNKNOWN, name=name, details=DENIED),
    )


def cases_of_inline(
    name: str, details: Callable[..., dict[str, Any]], policies: str
) -> tuple[Case, ...]:
    """Cases of a check that judges what is written into a user, group or role.

    ``details`` makes what is told of one from statements; ``policies`` is where they stand in it.
    """
    factor = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    left = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}
    keys = allow("kms:De*", Resource="arn:aws:kms:*:*:key/*")
    keys_there = allow("kms:Decrypt", Resource="arn:aws:kms:ap-south-1:111122223333:key/*")
    one_key = allow("kms:Decrypt", Resource="arn:aws:kms:eu-west-1:111122223333:key/k")
    broken = {policies: [{"PolicyName": "own", "PolicyDocument": "{"}]}
    denied = (allow("*"), allow("*", Effect="Deny"))
    return (
        case("none", PASS, name=name, details=details()),
        case("what it needs", PASS, name=name, details=details(allow("s3:GetObject"), one_key)),
        case("everything", FAIL, name=name, details=details(allow("*"))),
        case("all of a service", FAIL, name=name, details=details(allow("s3:Get*", "iam:*"))),
        case("any role", FAIL, name=name, details=details(allow("iam:PassRole"))),
        case("any key, by a pattern", FAIL, name=name, details=details(keys)),
        case("any key in a region", FAIL, name=name, details=details(keys_there)),
        case("by what it leaves out", FAIL, name=name, details=details(left)),
        case("with a factor", PASS, name=name, details=details(allow("*", Condition=factor))),
        case("denied again", PASS, name=name, details=details(*denied)),
        case("broken", UNKNOWN, name=name, details=details(**broken)),
        case("may not be read", UNKNOWN, name=name, details=DENIED),
    )
