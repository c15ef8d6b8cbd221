"""What the engine of AWS's permissions costs: a decision, and all techniques for a whole account.

The account has 200 users and 60 roles, half a group of each kind of job: readers, builders who pass
roles, people who run things, a few who look after IAM. moto's own evaluation of single policies is
the peer, on what it understands: no boundaries, control policies, conditions or other accounts.
"""

import json
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.iam.access_control import IAMPolicy

from ringwall.posture.permissions.accounts import Account, account
from ringwall.posture.permissions.deciding import decide
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.escalation import TECHNIQUES, escalations
from ringwall.posture.permissions.exposure import exposed
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Request
from ringwall.posture.permissions.statements import Kind

NUMBER: Final = "111122223333"
USERS: Final = 200
ROLES: Final = 60
SERVICES: Final = ("lambda", "ec2", "ecs-tasks", "glue", "cloudformation", "codebuild")
JOBS: Final[tuple[tuple[float, tuple[Any, ...]], ...]] = (
    (0.6, (["s3:Get*", "s3:List*", "logs:*", "cloudwatch:*"], "*")),
    (0.2, (["lambda:*", "ec2:*", "dynamodb:*"], "*")),
    (0.12, (["iam:PassRole", "lambda:*", "cloudformation:*", "ecs:*"], "*")),
    (0.05, (["iam:Get*", "iam:CreateAccessKey", "iam:PutUserPolicy"], "*")),
    (0.03, (["*"], "*")),
)
TRUSTS: Final = {"Effect": "Allow", "Action": "sts:AssumeRole"}


def main() -> None:
    """Print decisions a second, documents a second, and the time all techniques take."""
    _decisions()
    _exposures()
    whole = _account(random.Random(7))
    running = [
        Workload(
            "aws-lambda-function",
            f"arn:aws:lambda:eu-west-1:{NUMBER}:function:f{number}",
            f"arn:aws:iam::{NUMBER}:role/r{number % ROLES}",
        )
        for number in range(100)
    ]
    began = time.perf_counter()
    found = escalations(whole, workloads=running)
    took = time.perf_counter() - began
    print(
        f"{USERS} users and {ROLES} roles by {len(TECHNIQUES)} techniques:"
        f" {took:.2f} s, {len(found):,} escalations of {len({one.principal for one in found})}"
    )


def _decisions() -> None:
    several = [
        _allow(["s3:Get*", "s3:List*"], ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]),
        _allow("ec2:Describe*", "*"),
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::a/secret/*"},
    ]
    written = {"Version": "2012-10-17", "Statement": several}
    policies = Policies((read(written, name="it", kind=Kind.IDENTITY),))
    theirs = IAMPolicy({"policy_document": json.dumps(written)})
    who = principal(f"arn:aws:iam::{NUMBER}:user/ana")
    asked = Request("s3:GetObject", "arn:aws:s3:::a/b", who, resource_account=NUMBER)
    ours_a_second = _a_second(lambda: decide(asked, policies))
    theirs_a_second = _a_second(lambda: theirs.is_action_permitted(asked.action, asked.resource))
    print(
        f"decisions a second: {ours_a_second:,.0f} with all that bears on them; moto's single"
        f" policy {theirs_a_second:,.0f} (ratio {ours_a_second / theirs_a_second:.2f})"
    )


def _exposures() -> None:
    networks = [f"{first}.0.0.0/8" for first in range(11, 30)]
    statement = _allow("s3:GetObject", "arn:aws:s3:::a/*") | {
        "Principal": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": networks}},
    }
    document = read(
        {"Version": "2012-10-17", "Statement": [statement]}, name="it", kind=Kind.RESOURCE
    )
    count = _a_second(lambda: exposed(document, ("arn:aws:s3:::a/*",), account=NUMBER))
    print(f"policies of buckets with {len(networks)} networks judged a second: {count:,.0f}")


def _a_second(done: Callable[[], object]) -> float:
    count, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < 2:
        for _ in range(20):
            done()
        count += 20
    return count / took


def _allow(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def _account(chance: random.Random) -> Account:
    def policies() -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for number in range(2):
            _, said = chance.choices(JOBS, [weight for weight, _ in JOBS])[0]
            document = {"Version": "2012-10-17", "Statement": [_allow(*said)]}
            found.append({"PolicyName": f"p{number}", "PolicyDocument": document})
        return found

    roles = [
        {
            "RoleName": f"r{number}",
            "Arn": f"arn:aws:iam::{NUMBER}:role/r{number}",
            "RolePolicyList": policies(),
            "InstanceProfileList": [{"Arn": "profile"}],
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    TRUSTS | {"Principal": {"Service": f"{SERVICES[number % 6]}.amazonaws.com"}}
                ],
            },
        }
        for number in range(ROLES)
    ]
    users = [
        {
            "UserName": f"u{number}",
            "Arn": f"arn:aws:iam::{NUMBER}:user/u{number}",
            "UserPolicyList": policies(),
        }
        for number in range(USERS)
    ]
    return account(NUMBER, users=users, roles=roles)


if __name__ == "__main__":
    main()
