"""The least policy that keeps what was used: laws that hold of all, and stories of some."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.posture.permissions.asked import ACCOUNT, allow, deny, policy

from ringwall.posture.permissions.deciding import Outcome, decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import ABSENT, Context, Request
from ringwall.posture.permissions.shrinking import Used, smaller, used_of
from ringwall.posture.permissions.statements import Kind

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SERVICES = ("s3", "sqs", "ec2", "iam", "s3express")
NAMES = ("GetObject", "PutObject", "SendMessage", "PassRole", "DescribeAny", "Any")
PATTERNS = (
    *("*", "**", "s3:*", "S3:Get*", "s3:GetObject", "s3*:Get*", "?qs:*", "*:Describe*", "s*:*"),
    *("sqs:SendMessage", "ec2:*", "iam:PassRole", "iam:*", "iam:P*", "s3:PutObject", "ec2:Any"),
)
RESOURCES = ("*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/k")
WHO = principal(f"arn:aws:iam::{ACCOUNT}:role/app")


def statements() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda effect, but, action, resource, condition: {
            "Effect": effect,
            "NotAction" if but else "Action": action if len(action) > 1 else action[0],
            "Resource": resource,
            **({"Condition": {"Bool": {"aws:SecureTransport": "true"}}} if condition else {}),
        },
        st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
        st.booleans(),
        st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3),
        st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
        st.booleans(),
    )


@st.composite
def uses(draw: st.DrawFn) -> Used:
    """What was used of what there is, and what AWS tells nothing of."""
    standing = {one: draw(st.sampled_from(["used", "idle", "untold"])) for one in SERVICES}
    used = frozenset(one for one, how in standing.items() if how == "used")
    idle = frozenset(one for one, how in standing.items() if how == "idle")
    tracked = [f"{one}:{name.lower()}" for one in used for name in NAMES if name != "PassRole"]
    chosen = draw(st.dictionaries(st.sampled_from(tracked), st.booleans())) if tracked else {}
    return Used(used, idle, chosen)


def outcome(document: Any, action: str, resource: str, transport: str) -> Outcome:
    context = Context.of({"aws:SecureTransport": transport}, rest=ABSENT)
    request = Request(action, resource, WHO, context)
    identity = () if document is None else (read(document, name="p", kind=Kind.IDENTITY),)
    return decide(request, Policies(identity=identity)).outcome


@settings(max_examples=300, deadline=None)
@given(
    several=st.lists(statements(), min_size=1, max_size=3),
    used=uses(),
    service=st.sampled_from(SERVICES),
    name=st.sampled_from(NAMES),
    resource=st.sampled_from(["arn:aws:s3:::b/k", "arn:aws:s3:::c/k", "*"]),
    transport=st.sampled_from(["true", "false"]),
)
def test_it_never_allows_more_and_always_what_was_used(
    several: list[dict[str, Any]],
    used: Used,
    service: str,
    name: str,
    resource: str,
    transport: str,
) -> None:
    old = policy(*several)
    new = smaller("p", "", old, used).document
    action = f"{service}:{name}"
    before = outcome(old, action, resource, transport)
    after = outcome(new, action, resource, transport)
    if after is Outcome.ALLOWED:
        assert before is Outcome.ALLOWED
    was_used = service in used.services and used.actions.get(action.lower(), True)
    if before is Outcome.ALLOWED and was_used:
        assert after is Outcome.ALLOWED


S3 = Used(
    frozenset({"s3"}), frozenset({"ec2", "iam"}), {"s3:getobject": True, "s3:putobject": False}
)


@pytest.mark.parametrize(
    ("actions", "left"),
    [
        ("*", "s3:*"),
        (["s3:*", "ec2:*"], "s3:*"),
        (["s3:GetObject", "s3:PutObject", "s3:ListBucket"], ["s3:GetObject", "s3:ListBucket"]),
        (["s3:GetObject", "iam:PassRole"], ["s3:GetObject", "iam:PassRole"]),
        (["s3:GetObject", "iam:*"], "s3:GetObject"),
        (["s3:GetObject", "polly:*"], ["s3:GetObject", "polly:*"]),
    ],
)
def test_what_stays_of_a_statement(actions: Any, left: Any) -> None:
    found = smaller("p", "", policy(allow(actions, "arn:aws:s3:::b/*")), S3)
    assert found.document is not None
    (one,) = found.document["Statement"]
    assert (one["Action"], one["Resource"]) == (left, "arn:aws:s3:::b/*")


def test_nothing_is_left_of_what_nobody_used() -> None:
    found = smaller("p", "", json.dumps(policy(allow("ec2:*"))), S3)
    assert (found.document, found.drops, found.is_smaller) == (None, ("ec2:*",), True)


def test_denials_stay_and_what_is_left_out_grows() -> None:
    but = {"Effect": "Allow", "NotAction": "sqs:*", "Resource": "*"}
    found = smaller("p", "", policy(but, deny("s3:Delete*")), S3)
    assert found.document == policy(
        but | {"NotAction": ["sqs:*", "ec2:*", "iam:*"]}, deny("s3:Delete*")
    )


def test_that_the_passing_of_roles_is_not_tracked_is_told() -> None:
    assert "iam:PassRole" in smaller("p", "", policy(allow("*")), S3).unsure[0]
    assert not smaller("p", "", policy(allow("ec2:*")), S3).unsure


def test_what_was_used_is_told_by_days() -> None:
    told: list[dict[str, Any]] = [
        {"ServiceNamespace": "sqs", "LastAuthenticated": NOW - timedelta(days=91)},
        {"ServiceNamespace": "ec2"},
        {
            "ServiceNamespace": "s3",
            "LastAuthenticated": NOW,
            "TrackedActionsLastAccessed": [
                {"ActionName": "GetObject", "LastAccessedTime": NOW},
                {"ActionName": "PutObject"},
            ],
        },
    ]
    assert used_of(told, now=NOW, days=90) == Used(
        frozenset({"s3"}), frozenset({"sqs", "ec2"}), {"s3:getobject": True, "s3:putobject": False}
    )


@pytest.mark.parametrize("broken", ["[]", "{", {}, {"Statement": ["Allow"]}])
def test_what_is_no_policy_has_no_smaller_one(broken: Any) -> None:
    with pytest.raises(ValueError, match=r"p |Expect|delimiter"):
        smaller("p", "", broken, S3)
