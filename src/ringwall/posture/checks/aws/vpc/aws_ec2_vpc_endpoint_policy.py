"""Endpoints of networks say what may pass through them.

Why: with a policy that allows all, whoever is in the network sends your data to buckets of his own.
Fix: let the endpoint's policy name your resources, or your organisation by `aws:ResourceOrgID`.
"""

from collections.abc import Iterator

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.deciding import decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.exposure import EVERYTHING_OF_A_STRANGER
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Context, Request, Values
from ringwall.posture.permissions.statements import Effect, Kind, Statement
from ringwall.posture.permissions.strangers import ACCOUNT

CHECK = Check(
    judges="aws-ec2-vpc-endpoint",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "nist-800-53r5 SC-7(10) partial",
        *PERIMETER,
        "iso-27001-2022 A.8.21 partial",
    ),
    known_as=("prowler:vpc_endpoint_connections_trust_boundaries",),
)


_ORGANISATION = "o-stranger00"
_THEIRS: dict[str, Values] = {
    "aws:principalorgid": (_ORGANISATION,),
    "aws:principalorgpaths": (f"{_ORGANISATION}/r-0000/",),
    "aws:resourceorgid": (_ORGANISATION,),
    "aws:resourceorgpaths": (f"{_ORGANISATION}/r-0000/",),
    "aws:principalisawsservice": ("false",),
    "aws:userid": ("AROASTRANGER0000000:stranger",),
}
_WHO = principal(f"arn:aws:iam::{ACCOUNT}:role/stranger")


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those that can have a policy: whether a stranger's credentials reach what is theirs.

    Whoever asks is in the network, so that conditions on that keep nobody out.
    """
    told = it.read("listed")
    if not told.get("PolicyDocument"):
        return None
    name = str(told.get("ServiceName") or "")
    document = read(told["PolicyDocument"], name=f"policy of {it.label}", kind=Kind.ENDPOINT)
    unknown = ""
    for one in document.statements:
        if one.effect is Effect.DENY:
            continue
        for action, resource in _asked(one, name.rpartition(".")[2], it.region or "eu-west-1"):
            decision = decide(
                Request(action, resource, _WHO, Context(_THEIRS), ACCOUNT),
                Policies(identity=EVERYTHING_OF_A_STRANGER, endpoint=document),
            )
            if decision.is_allowed:
                return fails(f"through {it.label} whatever anybody has of {name} is reached")
            unknown = unknown or (decision.why if decision.may_be else "")
    if unknown:
        raise UnknownError(unknown)
    return passes("its policy says what may be reached")


def _asked(one: Statement, service: str, region: str) -> Iterator[tuple[str, str]]:
    """Something that a statement allows, on what strangers have of the service."""
    plain = [] if one.but_actions else [each for each in one.actions if each.strip("*")]
    action = patterns.witness(plain[0], "*:*") if plain else None
    action = action or f"{service}:Any0"
    of = action.partition(":")[0]
    if of == "s3":
        yield action, f"arn:aws:s3:::stranger-{ACCOUNT}"
        yield action, f"arn:aws:s3:::stranger-{ACCOUNT}/any-0"
    else:
        yield action, f"arn:aws:{of}:{region}:{ACCOUNT}:any-0"


def _policy(*others: dict[str, object], **more: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"} | more
    name = "com.amazonaws.eu-west-1.s3"
    return {"PolicyDocument": {"Statement": [one, *others]}, "ServiceName": name}


ALL = {"Effect": "Allow", "Principal": "*", "Action": "s3:*"}
BUT = {"PolicyDocument": {"Statement": [ALL | {"NotResource": "arn:aws:s3:::mine"}]}}
INSIDE = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
PEOPLE = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
QUEUES = "arn:aws:sqs:*:111122223333:*"
DENIED_OUTSIDE = _policy(
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEqualsIfExists": {"aws:ResourceOrgID": "o-1"}},
    }
)
ORG = {"StringEquals": {"aws:ResourceOrgID": "o-1"}}
CASES = (
    case("all", FAIL, listed=_policy()),
    case("of the organisation", PASS, listed=_policy(Condition=ORG)),
    case(
        "of everybody's organisation",
        FAIL,
        listed=_policy(Condition={"StringLike": {"aws:ResourceOrgID": "*"}}),
    ),
    case("every bucket by its ARN", FAIL, listed=_policy(Resource="arn:aws:s3:::*")),
    case("all but one bucket", FAIL, listed=BUT),
    case("from its own network, in which all are", FAIL, listed=_policy(Condition=INSIDE)),
    case("for its own account", PASS, listed=_policy(Principal={"AWS": "111122223333"})),
    case("for people of the organisation", PASS, listed=_policy(Condition=PEOPLE)),
    case("denied outside of the organisation", PASS, listed=DENIED_OUTSIDE),
    case("queues of its own account", PASS, listed=_policy(Action="sqs:*", Resource=QUEUES)),
    case("one bucket", PASS, listed=_policy(Resource=["arn:aws:s3:::mine/*"])),
    case("none", NOT_JUDGED, listed={}),
    case("a broken one", UNKNOWN, listed={"PolicyDocument": "{"}),
)
