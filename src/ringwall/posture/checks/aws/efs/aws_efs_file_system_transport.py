"""Shared files are mounted encrypted.

Why: files cross the network as they are.
Fix: deny in its policy what is not `aws:SecureTransport`.
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
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import IN_TRANSIT
from ringwall.posture.checks.aws.strangers import arn_of
from ringwall.posture.permissions.accounts import EVERYTHING
from ringwall.posture.permissions.deciding import Outcome, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import ANONYMOUS, principal
from ringwall.posture.permissions.requests import Context, Request
from ringwall.posture.permissions.statements import Document, Kind

CHECK = Check(
    judges="aws-efs-file-system",
    severity=Severity.LOW,
    reads=("policy",),
    controls=IN_TRANSIT,
)


ASKED = ("ClientMount", "ClientWrite", "ClientRootAccess")


def judge(it: Subject, world: World) -> Judgment:
    """By statements that deny them to everybody, asked of the engine as if all was allowed."""
    policy = it.read("policy")
    if policy is None:
        return fails(f"{it.label} has no policy, and takes plain connections")
    account = it.number
    told = read(policy, name=f"policy of {it.label}", kind=Kind.RESOURCE)
    if told.faults:
        raise UnknownError("; ".join(told.faults))
    document = Document(told.name, told.kind, (*_ALL.statements, *told.statements))
    arn = arn_of(it, "elasticfilesystem:file-system/{label}")
    plain = Context({"aws:securetransport": ("false",)})
    for who in (ANONYMOUS, principal(f"arn:aws:iam::{account}:role/any-0")):
        for action in ASKED:
            request = Request(f"elasticfilesystem:{action}", arn, who, plain, account)
            decision = decide(request, Policies(identity=(_OWN,), resource=document))
            if decision.outcome is not Outcome.DENIED:
                return fails(f"{it.label} takes plain connections: {action} is not denied to all")
    return passes("its policy denies plain connections")


_ALL = read(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}},
    name="all",
    kind=Kind.RESOURCE,
)
_OWN = read(EVERYTHING, name="all", kind=Kind.IDENTITY)


def _policy(effect: str, value: str, key: str = "aws:SecureTransport", **more: object) -> object:
    one = {"Effect": effect, "Principal": "*", "Action": "*"}
    return {"Statement": [one | {"Condition": {"Bool": {key: value}}} | more]}


SOME = {"Bool": {"aws:SecureTransport": "false"}, "IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}
WRITING = "elasticfilesystem:ClientWrite"
ROLE = "arn:aws:iam::111122223333:role/web"
CASES = (
    case("denied", PASS, policy=_policy("Deny", "false")),
    case("denied, in another case", PASS, policy=_policy("Deny", "false", "AWS:securetransport")),
    case("denied to some networks", FAIL, policy=_policy("Deny", "false", Condition=SOME)),
    case("only writing is denied", FAIL, policy=_policy("Deny", "false", Action=WRITING)),
    case("denied to a role", FAIL, policy=_policy("Deny", "false", Principal={"AWS": ROLE})),
    case("broken", UNKNOWN, policy="{"),
    case("only allowed, which denies nothing", FAIL, policy=_policy("Allow", "true")),
    case("none", FAIL, policy=ABSENT),
    case("not told", UNKNOWN, policy=DENIED),
)
