"""Nobody outside writes to logs, or takes them away.

Why: by a policy of CloudWatch Logs for everybody strangers write what you then believe, or
subscribe to what is written.
Fix: name the service in the policy, and bind it by `aws:SourceAccount`.
"""

import json
from typing import Any

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Outcome,
    Severity,
    Subject,
    World,
    case,
    passes,
)
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.statements import statements
from ringwall.posture.checks.aws.strangers import judge_strangers
from ringwall.posture.snapshot.partial import guarded

CHECK = Check(
    judges="aws-region",
    severity=Severity.HIGH,
    reads=("log_policies", *READS),
    controls=NOT_PUBLIC,
    known_as=("prowler:cloudwatch_log_group_not_publicly_accessible",),
)
OWN = {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}


def judge(it: Subject, world: World) -> Judgment:
    """Each of the region's policies, as the engine decides it."""
    several = it.read("log_policies", [])
    for one in several:
        arn = f"arn:aws:logs:{it.region}:{it.account}:log-group:*"
        found = judge_strangers(it, _of_any_group(one.get("policyDocument")), arn)
        if found.outcome is not Outcome.PASS:
            return found._replace(why=f"by the policy {one.get('policyName')} {found.why}")
    return passes(f"none of its {len(several)} policies lets in strangers")


def _of_any_group(document: Any) -> Any:
    """The same, with all that it allows allowed for each group: they are all one's own."""
    several = [
        {**one, "Resource": "*"} if one.get("Effect") == "Allow" else one
        for one in statements(document)
    ]
    return guarded({"Version": "2012-10-17", "Statement": several})


def _policies(**more: Any) -> list[dict[str, Any]]:
    one = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"} | more
    return [{"policyName": "p", "policyDocument": json.dumps({"Statement": [one]})}]


ONE = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/route53/*:*"
CASES = (
    case("none", PASS, log_policies=[]),
    case("a service", PASS, log_policies=_policies(Principal={"Service": "es.amazonaws.com"})),
    case("everybody, of one group", FAIL, log_policies=_policies(Principal="*", Resource=ONE)),
    case("everybody", FAIL, log_policies=_policies(Principal="*")),
    case("its own account", PASS, log_policies=_policies(Principal="*", Condition=OWN)),
    case("broken", UNKNOWN, log_policies=[{"policyName": "p", "policyDocument": "{"}]),
    case("may not be read", UNKNOWN, log_policies=DENIED),
)
