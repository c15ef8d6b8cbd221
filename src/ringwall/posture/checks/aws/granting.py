"""What a policy grants by itself, asked of the engine: no statement is read off its text.

So ``kms:D*``, ``NotAction``, a resource such as ``arn:aws:kms:*:*:key/*`` and two statements that
make one grant count for what they are, and so does what the same policy denies again. A question is
an action and a resource of which nobody has thought: ``iam:Any0`` is allowed by ``iam:*`` alone.
It is asked in a region of which nobody has thought, and in each that the policy names.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checking import Judgment, Severity, fails, passes
from ringwall.posture.permissions.asking import freed
from ringwall.posture.permissions.deciding import Outcome, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Context, Request
from ringwall.posture.permissions.statements import Document, Effect, Kind
from ringwall.posture.snapshot.partial import IN_CODE, SOMEWHERE

Asked = Mapping[str, Sequence[tuple[str, str]]]
"""By what is said of it: actions with resources, all of which have to be allowed."""
_KEY: Final = "arn:aws:kms:{region}:{account}:key/any-0"
EVERYTHING: Final[Asked] = {
    "everything": (
        ("any0:Any0", "arn:aws:any0:{region}:{account}:any-0"),
        ("iam:PutRolePolicy", "arn:aws:iam::{account}:role/any-0"),
        ("s3:GetObject", "arn:aws:s3:::any-0/any-0"),
    )
}
ANY_KEY: Final[Asked] = {
    "kms:Decrypt with any key": (("kms:Decrypt", _KEY),),
    "kms:ReEncryptFrom any key": (("kms:ReEncryptFrom", _KEY),),
}
PASS_ANY_ROLE: Final[Asked] = {
    "iam:PassRole of any role": (("iam:PassRole", "arn:aws:iam::{account}:role/any-0"),)
}
ASSUME_ANY_ROLE: Final[Asked] = {
    "sts:AssumeRole of any role": (("sts:AssumeRole", "arn:aws:iam::{account}:role/any-0"),)
}
WHOLE_SERVICES: Final[Asked] = {
    f"all of {service}": ((f"{service}:Any0", resource),)
    for service, resource in {
        "iam": "arn:aws:iam::{account}:role/any-0",
        "kms": _KEY,
        "organizations": "*",
        "cloudtrail": "arn:aws:cloudtrail:{region}:{account}:trail/any-0",
        "sso": "*",
        "secretsmanager": "arn:aws:secretsmanager:{region}:{account}:secret:any-0",
    }.items()
}
ANY_DATA: Final[Asked] = {
    f"{action} of {what}": ((action, resource),)
    for action, what, resource in (
        ("s3:GetObject", "any bucket", "arn:aws:s3:::any-0/any-0"),
        ("dynamodb:Scan", "any table", "arn:aws:dynamodb:{region}:{account}:table/any-0"),
        (
            "secretsmanager:GetSecretValue",
            "any secret",
            "arn:aws:secretsmanager:{region}:{account}:secret:any-0/any-0",
        ),
        (
            "ssm:GetParameter",
            "any parameter",
            "arn:aws:ssm:{region}:{account}:parameter/any-0/any-0",
        ),
    )
}
ANY_CHANGE: Final[Asked] = {
    f"{action} of {what}": ((action, resource),)
    for action, what, resource in (
        ("s3:DeleteObject", "any bucket", "arn:aws:s3:::any-0/any-0"),
        ("s3:PutBucketPolicy", "any bucket", "arn:aws:s3:::any-0"),
        (
            "ec2:TerminateInstances",
            "any instance",
            "arn:aws:ec2:{region}:{account}:instance/i-any0",
        ),
        (
            "ec2:AuthorizeSecurityGroupIngress",
            "any security group",
            "arn:aws:ec2:{region}:{account}:security-group/sg-any0",
        ),
        (
            "lambda:UpdateFunctionCode",
            "any function",
            "arn:aws:lambda:{region}:{account}:function:any-0",
        ),
        ("rds:DeleteDBInstance", "any database", "arn:aws:rds:{region}:{account}:db:any-0"),
        ("dynamodb:DeleteTable", "any table", "arn:aws:dynamodb:{region}:{account}:table/any-0"),
    )
}

_HERE: Final = "any-0"
_MOST_REGIONS: Final = 100
"""More than AWS has, whose policies have room for some hundreds of resources."""
_TO_ACCOUNT: Final = {"Effect": "Allow", "Action": "*", "Resource": "*"}
"""What a key's policy usually says: that policies such as these decide about it."""


def granted(document: Any, asked: Asked, *, account: str, kind: Kind = Kind.IDENTITY) -> list[str]:
    """Which of these a policy allows without a condition that others decide about.

    :class:`UnknownError` where that cannot be told, and none that can is allowed.
    """
    to_account = _TO_ACCOUNT | {"Principal": {"AWS": account}}
    policies = Policies(
        identity=(read(document, name="the policy", kind=kind),),
        resource=read({"Statement": to_account}, name="its resource's", kind=Kind.RESOURCE),
    )
    who = principal(f"arn:aws:iam::{account}:user/any-0")
    found, unknown = [], ""
    regions = _regions(policies.identity[0], account)
    for said, several in asked.items():
        where = []
        is_somewhere = any("{region}" in resource for _, resource in several)
        for region in regions if is_somewhere else (_HERE,):
            outcomes, why = set(), ""
            for action, resource in several:
                named = resource.format(account=account, region=region)
                request = Request(action, named, who, Context(), resource_account=account)
                decision = freed(decide(request, policies))
                outcomes.add(decision.outcome)
                if decision.outcome is Outcome.UNKNOWN:
                    why = why or decision.why
            if outcomes == {Outcome.ALLOWED}:
                where.append(region)
            elif outcomes <= {Outcome.ALLOWED, Outcome.UNKNOWN}:  # else one of them settles it
                unknown = unknown or why
        if where:
            places = ", ".join(filter(None, (regions[one] for one in where)))
            found.append(f"{said} in {places}" if places and where[0] != _HERE else said)
    if unknown and not found:
        raise UnknownError(unknown)
    return found


def _regions(policy: Document, account: str) -> dict[str, str]:
    """Where questions are asked, as it is written there: in one that nobody named first.

    A pattern stands for one that fits it; of code nothing is said of the region it will be in.
    """
    named = {
        parts[3].replace("*", "0").replace("?", "0"): parts[3]
        for statement in policy.statements
        if statement.effect is Effect.ALLOW and not statement.but_resources
        for parts in (one.split(":", 5) for one in statement.resources or ())
        if len(parts) > 4 and parts[0] == "arn"
    }
    if len(named) > _MOST_REGIONS:
        msg = f"it names {len(named)} regions, more than AWS has"
        raise UnknownError(msg)
    several = sorted((one, written) for one, written in named.items() if one not in {"", "0"})
    shown = {one: "" if account == IN_CODE and one == SOMEWHERE else said for one, said in several}
    return {_HERE: "", **shown}


def _says_everything(document: Any, *, account: str) -> bool:
    """Whether a policy grants everything, which another check tells.

    ``UnknownError`` where something of such a one is not known: no pass stands on it.
    """
    try:
        told = granted(document, EVERYTHING, account=account)
    except UnknownError:  # what is asked for tells enough
        return False
    faults = read(document, name="the policy", kind=Kind.IDENTITY).faults if told else ()
    if faults:
        raise UnknownError(faults[0])
    return bool(told)


def judge_granted(document: Any, asked: Asked, *, account: str, well: str) -> Judgment:
    """Whether a policy grants none of these. What grants everything is another check's."""
    number = account if account.isdigit() else IN_CODE
    if _says_everything(document, account=number):
        return passes("it allows everything, which is another check's to say")
    found = granted(document, asked, account=number)
    return fails(f"it allows {', '.join(found)}") if found else passes(well)


@contextmanager
def kept(unknown: list[UnknownError]) -> Iterator[None]:
    """Keep what is not known of one policy: another one may tell enough."""
    try:
        yield
    except UnknownError as error:
        unknown.append(error)


def known_ones(
    policies: Sequence[Mapping[str, Any]], unknown: list[UnknownError]
) -> Iterator[Mapping[str, Any]]:
    """Those of a list that are known; of the others, why they are not, is kept."""
    for at in range(len(policies)):
        try:
            one = policies[at]
        except UnknownError as error:
            unknown.append(error)
        else:
            yield one


def judge_written(
    policies: Sequence[Mapping[str, Any]], asked: Asked, *, account: str, well: str
) -> Judgment:
    """Whether what is written into a user, group or role grants none of these.

    What grants everything is told by :func:`judge_inline`.
    """
    number = account if account.isdigit() else IN_CODE
    found, unknown = [], list[UnknownError]()
    for one in known_ones(policies, unknown):
        with kept(unknown):
            if _says_everything(one["PolicyDocument"], account=number):
                continue
            told = granted(one["PolicyDocument"], asked, account=number)
            found += [f"{one['PolicyName']} allows {said}" for said in told]
    if found:
        return fails("; ".join(found))
    if unknown:
        raise unknown[0]
    return passes(well)


def judge_inline(policies: Sequence[Mapping[str, Any]], *, account: str) -> Judgment:
    """Whether what is written into a user, group or role grants nothing of what is above."""
    number = account if account.isdigit() else IN_CODE
    found, worst, unknown = [], Severity.MEDIUM, list[UnknownError]()
    for one in known_ones(policies, unknown):
        with kept(unknown):
            name, document = one["PolicyName"], one["PolicyDocument"]
            if granted(document, EVERYTHING, account=number):
                worst = Severity.HIGH
                found.append(f"{name} allows everything")
                continue
        for asked in (WHOLE_SERVICES, PASS_ANY_ROLE, ANY_KEY, ASSUME_ANY_ROLE):
            with kept(unknown):
                told = granted(one["PolicyDocument"], asked, account=number)
                found += [f"{one['PolicyName']} allows {said}" for said in told]
    if found:
        return fails("; ".join(found), worst)
    if unknown:
        raise unknown[0]
    return passes("what is written into it names what it needs" if policies else "it has none")
