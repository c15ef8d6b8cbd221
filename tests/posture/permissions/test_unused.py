"""What nobody used, and what is more than anybody needs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.posture.permissions.asked import ACCOUNT, allow, policy

from ringwall.posture.permissions.accounts import account
from ringwall.posture.permissions.unused import Unused, excessive, unused

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)
YESTERDAY = NOW - timedelta(days=1)


def test_services_and_actions_that_nobody_used() -> None:
    tracked = [
        {"ActionName": "GetObject", "LastAccessedTime": YESTERDAY},
        {"ActionName": "DeleteBucket"},
        {"ActionName": "PutObject", "LastAccessedTime": LONG_AGO},
    ]
    found = unused(
        [
            {"ServiceNamespace": "sqs", "LastAuthenticated": LONG_AGO},
            {
                "ServiceNamespace": "s3",
                "LastAuthenticated": YESTERDAY,
                "TrackedActionsLastAccessed": tracked,
            },
            {"ServiceNamespace": "ec2"},
            {"ServiceNamespace": "kms", "LastAuthenticated": YESTERDAY},
        ],
        now=NOW,
    )
    assert found == [
        Unused("ec2", None),
        Unused("s3", YESTERDAY, ("s3:DeleteBucket", "s3:PutObject")),
        Unused("sqs", LONG_AGO),
    ]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (allow("*"), "every action on anything"),
        (allow("iam:*"), "all of iam on anything"),
        (allow("iam:PassRole"), "any role be passed"),
        (allow("iam:P*"), "any role be passed"),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, "all actions but s3:*"),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b"}, "every action"),
        (allow("s3:*"), ""),
        (allow("*", "arn:aws:s3:::b/*"), ""),
        (allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), ""),
        (allow("iam:Get*"), ""),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, ""),
    ],
)
def test_statements_that_allow_too_much(statement: dict[str, Any], says: str) -> None:
    ana = {
        "UserName": "ana",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/ana",
        "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": policy(statement)}],
    }
    found = excessive(account(ACCOUNT, users=[ana]).principals[0])
    assert bool(found) is bool(says)
    assert not found or says in found[0].why
