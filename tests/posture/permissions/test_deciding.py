"""The evaluation logic, by the cases of the IAM User Guide and its neighbours."""

from typing import Any

import pytest
from tests.posture.permissions.asked import (
    ACCOUNT,
    ANA,
    APP,
    BOB,
    OTHER,
    SESSION,
    allow,
    asked,
    deny,
    document,
)

from ringwall.posture.permissions.deciding import Outcome, decide
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Context, Request
from ringwall.posture.permissions.statements import Document, Kind, unread

GET = "s3:GetObject"
OBJECT = "arn:aws:s3:::b/k"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/admin"
ALL = document(allow("*"))
S3 = document(allow("s3:*"))
EC2 = document(allow("ec2:*"))
NONE = document(deny("*"))
ALLOWED, DENIED = Outcome.ALLOWED, Outcome.DENIED


def resource(principal_: Any, *, effect: str = "Allow", but: bool = False, **more: Any) -> Document:
    named = {"NotPrincipal" if but else "Principal": principal_}
    one = {"Effect": effect, "Action": "*", "Resource": "*", **named, **more}
    return document(one, kind=Kind.RESOURCE)


CASES = {
    "nothing is said": (ANA, GET, {}, DENIED),
    "an identity policy allows": (ANA, GET, {"identity": (S3,)}, ALLOWED),
    "it allows something else": (ANA, GET, {"identity": (EC2,)}, DENIED),
    "a deny beats an allow": (ANA, GET, {"identity": (S3, NONE)}, DENIED),
    "NotAction allows the rest": (
        ANA,
        GET,
        {"identity": (document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),)},
        ALLOWED,
    ),
    "NotAction does not allow what it names": (
        ANA,
        GET,
        {"identity": (document({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),)},
        DENIED,
    ),
    "a deny with NotResource denies the rest": (
        ANA,
        GET,
        {
            "identity": (
                S3,
                document({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::c/*"}),
            )
        },
        DENIED,
    ),
    "the case of an action does not matter": (
        ANA,
        "S3:getOBJECT",
        {"identity": (document(allow("s3:GETobject")),)},
        ALLOWED,
    ),
    "a boundary that does not allow": (ANA, GET, {"identity": (ALL,), "boundary": EC2}, DENIED),
    "a boundary grants nothing": (ANA, GET, {"boundary": ALL}, DENIED),
    "both allow": (ANA, GET, {"identity": (ALL,), "boundary": S3}, ALLOWED),
    "each level of control policies has to allow": (
        ANA,
        GET,
        {"identity": (ALL,), "scps": ((ALL,), (EC2,), (ALL,))},
        DENIED,
    ),
    "within a level one is enough": (
        ANA,
        GET,
        {"identity": (ALL,), "scps": ((ALL,), (EC2, S3))},
        ALLOWED,
    ),
    "control policies grant nothing": (ANA, GET, {"scps": ((ALL,),)}, DENIED),
    "control policies do not bind service-linked roles": (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/Linked",
        GET,
        {"identity": (ALL,), "scps": ((NONE,),)},
        ALLOWED,
    ),
    "a resource control policy that denies": (
        ANA,
        GET,
        {"identity": (ALL,), "rcps": ((ALL, NONE),)},
        DENIED,
    ),
    "the resource names the user": (ANA, GET, {"resource_policy": resource({"AWS": ANA})}, ALLOWED),
    "the resource names the account, which leaves it to the account": (
        ANA,
        GET,
        {"resource_policy": resource({"AWS": ACCOUNT})},
        DENIED,
    ),
    "the resource names everyone": (ANA, GET, {"resource_policy": resource("*")}, ALLOWED),
    "the resource names a user whose boundary does not allow": (
        ANA,
        GET,
        {"boundary": EC2, "resource_policy": resource({"AWS": ANA})},
        ALLOWED,
    ),
    "a user's boundary that denies counts all the same": (
        ANA,
        GET,
        {"boundary": NONE, "resource_policy": resource({"AWS": ANA})},
        DENIED,
    ),
    "the resource names a role whose boundary does not allow": (
        SESSION,
        GET,
        {"boundary": EC2, "resource_policy": resource({"AWS": APP})},
        DENIED,
    ),
    "the resource names the session itself": (
        SESSION,
        GET,
        {"boundary": EC2, "session": EC2, "resource_policy": resource({"AWS": SESSION})},
        ALLOWED,
    ),
    "the resource names a role whose session policy does not allow": (
        SESSION,
        GET,
        {"session": EC2, "resource_policy": resource({"AWS": APP})},
        DENIED,
    ),
    "a session policy that does not allow": (
        SESSION,
        GET,
        {"identity": (ALL,), "session": EC2},
        DENIED,
    ),
    "a session policy grants nothing": (SESSION, GET, {"session": ALL}, DENIED),
    "from another account both have to allow": (
        BOB,
        GET,
        {"identity": (S3,), "resource_policy": resource({"AWS": OTHER})},
        ALLOWED,
    ),
    "from another account, its own does not": (
        BOB,
        GET,
        {"resource_policy": resource({"AWS": BOB})},
        DENIED,
    ),
    "from another account, the resource's does not": (
        BOB,
        GET,
        {"identity": (ALL,), "resource_policy": resource({"AWS": ANA})},
        DENIED,
    ),
    "from another account, its boundary does not": (
        BOB,
        GET,
        {"identity": (ALL,), "boundary": EC2, "resource_policy": resource({"AWS": BOB})},
        DENIED,
    ),
    "nobody in particular, and everyone is allowed": (
        "*",
        GET,
        {"resource_policy": resource("*")},
        ALLOWED,
    ),
    "nobody in particular, and an account is allowed": (
        "*",
        GET,
        {"resource_policy": resource({"AWS": ACCOUNT})},
        DENIED,
    ),
    "a service that is named": (
        "sns.amazonaws.com",
        GET,
        {"resource_policy": resource({"Service": "sns.amazonaws.com"}), "scps": ((NONE,),)},
        ALLOWED,
    ),
    "a service that is not": (
        "sns.amazonaws.com",
        GET,
        {"resource_policy": resource({"Service": "sqs.amazonaws.com"})},
        DENIED,
    ),
    "NotPrincipal allows all others": (
        ANA,
        GET,
        {"resource_policy": resource({"AWS": BOB}, but=True)},
        ALLOWED,
    ),
    "a deny with NotPrincipal spares who is named with their account": (
        ANA,
        GET,
        {
            "identity": (ALL,),
            "resource_policy": resource({"AWS": [ANA, ACCOUNT]}, effect="Deny", but=True),
        },
        ALLOWED,
    ),
    "a deny with NotPrincipal denies the others of the account": (
        f"{ANA}-maria",
        GET,
        {
            "identity": (ALL,),
            "resource_policy": resource({"AWS": [ANA, ACCOUNT]}, effect="Deny", but=True),
        },
        DENIED,
    ),
    "a deny with NotPrincipal that names a part of who asks is not known": (
        ANA,
        GET,
        {"identity": (ALL,), "resource_policy": resource({"AWS": ANA}, effect="Deny", but=True)},
        Outcome.UNKNOWN,
    ),
    "a deny with NotPrincipal denies whoever has a boundary": (
        ANA,
        GET,
        {
            "identity": (ALL,),
            "boundary": ALL,
            "resource_policy": resource({"AWS": [ANA, ACCOUNT]}, effect="Deny", but=True),
        },
        DENIED,
    ),
    "the root of the account": (f"arn:aws:iam::{ACCOUNT}:root", GET, {}, ALLOWED),
    "the root, and a control policy denies": (
        f"arn:aws:iam::{ACCOUNT}:root",
        GET,
        {"scps": ((ALL, NONE),)},
        DENIED,
    ),
    "who one is needs no permission, and no deny counts": (
        ANA,
        "sts:GetCallerIdentity",
        {"identity": (NONE,)},
        ALLOWED,
    ),
}


@pytest.mark.parametrize("told", CASES)
def test_a_request_for_an_object(told: str) -> None:
    who, action, policies, outcome = CASES[told]
    decision = asked(who, action, OBJECT, **policies)  # type: ignore[arg-type]
    assert decision.outcome is outcome, decision.why


@pytest.mark.parametrize(
    ("key_policy", "identity", "outcome"),
    [
        (None, (ALL,), DENIED),
        (resource({"AWS": ACCOUNT}), (ALL,), ALLOWED),
        (resource({"AWS": ACCOUNT}), (), DENIED),
        (resource({"AWS": APP}), (ALL,), DENIED),
        (resource({"AWS": ANA}), (), ALLOWED),
    ],
)
def test_a_key_is_ruled_by_its_own_policy(
    key_policy: Document | None, identity: tuple[Document, ...], outcome: Outcome
) -> None:
    found = asked(ANA, "kms:Decrypt", KEY, identity=identity, resource_policy=key_policy)
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("trust", "identity", "outcome"),
    [
        (resource({"AWS": ACCOUNT}), (ALL,), ALLOWED),
        (resource({"AWS": ACCOUNT}), (), DENIED),
        (resource({"AWS": ANA}), (), ALLOWED),
        (resource({"AWS": OTHER}), (ALL,), DENIED),
        (resource({"Service": "ec2.amazonaws.com"}), (ALL,), DENIED),
        (resource({"AWS": ANA}), (NONE,), DENIED),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(
    trust: Document, identity: tuple[Document, ...], outcome: Outcome
) -> None:
    found = asked(ANA, "sts:AssumeRole", ROLE, identity=identity, resource_policy=trust)
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/x"),
        (
            "iam:UpdateAssumeRolePolicy",
            f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/y",
        ),
        ("kms:DeleteAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/s3"),
    ],
)
def test_what_aws_keeps_for_itself_nobody_may(action: str, arn: str) -> None:
    assert asked(ANA, action, arn, identity=(ALL,)).outcome is DENIED
    assert asked(ANA, "iam:GetRole", arn, identity=(ALL,)).outcome is ALLOWED


def test_a_home_folder_is_that_of_who_asks() -> None:
    home = document(allow("s3:*", "arn:aws:s3:::b/home/${aws:username}/*"))
    assert asked(ANA, GET, "arn:aws:s3:::b/home/ana/x", identity=(home,)).outcome is ALLOWED
    assert asked(ANA, GET, "arn:aws:s3:::b/home/bob/x", identity=(home,)).outcome is DENIED
    assert asked(APP, GET, "arn:aws:s3:::b/home/ana/x", identity=(home,)).outcome is DENIED


def test_variables_of_the_older_version_are_plain_text() -> None:
    old = Document(
        "old",
        Kind.IDENTITY,
        tuple(
            type(one)(
                effect=one.effect,
                place="1",
                actions=one.actions,
                resources=one.resources,
                variables=False,
            )
            for one in document(allow("s3:*", "arn:aws:s3:::b/${aws:username}")).statements
        ),
    )
    assert asked(ANA, GET, "arn:aws:s3:::b/ana", identity=(old,)).outcome is DENIED
    assert asked(ANA, GET, "arn:aws:s3:::b/${aws:username}", identity=(old,)).outcome is ALLOWED


def open_request(**context: str) -> Request:
    return Request(GET, OBJECT, principal(ANA), Context.of(context), ACCOUNT)


def test_what_hangs_on_open_keys_is_said() -> None:
    mfa = document(allow("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    found = decide(open_request(), Policies((mfa,)))
    assert found.outcome is Outcome.CONDITIONAL
    assert [str(one) for one in found.requires] == ["aws:multifactorauthpresent Bool true"]
    home = document(deny("*", Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
    found = decide(open_request(), Policies((S3, home)))
    assert found.outcome is Outcome.CONDITIONAL
    assert [one.key for one in found.forbids] == ["aws:sourceip"]
    assert decide(open_request(), Policies((S3, mfa))).outcome is ALLOWED


def test_a_policy_that_nobody_could_read_makes_unknown_what_hangs_on_it() -> None:
    dark = unread("AppPolicy", Kind.IDENTITY, "access denied")
    dark_control = unread("ControlPolicy", Kind.SCP, "access denied")
    found = decide(open_request(), Policies((dark,)))
    assert found.outcome is Outcome.UNKNOWN
    assert found.why == "AppPolicy is not known: access denied"
    assert decide(open_request(), Policies((S3, dark))).outcome is Outcome.UNKNOWN
    assert decide(open_request(), Policies((NONE, dark))).outcome is DENIED
    assert (
        decide(open_request(), Policies((S3,), scps=((dark_control,),))).outcome is Outcome.UNKNOWN
    )
    assert decide(open_request(), Policies((), scps=((dark_control,),))).outcome is DENIED


def test_a_decision_names_what_it_stands_on() -> None:
    found = asked(ANA, GET, OBJECT, identity=(S3, document(deny(GET, OBJECT, Sid="No"))))
    assert found.why == "statement 1 (No) of the identity policy (identity policy) denies it"
    assert asked(ANA, GET, OBJECT).why == "no identity policy allows it"
    bounded = asked(ANA, GET, OBJECT, identity=(S3,), boundary=EC2)
    assert bounded.why == "no permissions boundary allows it"
