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
from ringwall.posture.checks.aws.strangers import judge_strangers

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
        found = judge_strangers(it, one.get("policyDocument"), arn)
        if found.outcome is not Outcome.PASS:
            return found._replace(why=f"by the policy {one.get('policyName')} {found.why}")
    return passes(f"none of its {len(several)} policies lets in strangers")


def _policies(**more: Any) -> list[dict[str, Any]]:
    one = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"} | more
    return [{"policyName": "p", "policyDocument": json.dumps({"Statement": [one]})}]


CASES = (
    case("none", PASS, log_policies=[]),
    case("a service", PASS, log_policies=_policies(Principal={"Service": "es.amazonaws.com"})),
    case("everybody", FAIL, log_policies=_policies(Principal="*")),
    case("its own account", PASS, log_policies=_policies(Principal="*", Condition=OWN)),
    case("broken", UNKNOWN, log_policies=[{"policyName": "p", "policyDocument": "{"}]),
    case("may not be read", UNKNOWN, log_policies=DENIED),
)
