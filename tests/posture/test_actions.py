"""The permissions that a scan says it needs are those that IAM has."""

import pytest
from policy_sentry.querying.actions import get_actions_for_service

from ringwall.posture.collecting.planning import collectors, permission, plan_of
from ringwall.posture.collecting.shape import Detail, Listing

CALLS: list[Listing | Detail] = [
    one
    for module in collectors()
    for name in ("LISTINGS", "DETAILS")
    for one in getattr(module, name, ())
]

READS = ("Describe", "Get", "List", "GET", "GenerateCredentialReport", "GenerateService")


@pytest.mark.parametrize("call", sorted({one.call for one in CALLS}))
def test_what_a_call_needs_is_an_action_of_iam(call: str) -> None:
    for one in CALLS:
        if one.call == call:
            for action in (one.action or permission(one.call), *one.also):
                known = get_actions_for_service(action.partition(":")[0])
                assert action in known, action


def test_no_call_changes_anything() -> None:
    actions = plan_of(
        {f"{one.kind}.{one.aspect}" for one in CALLS if isinstance(one, Detail)}
    ).actions
    assert actions
    for one in actions:
        assert one.partition(":")[2].startswith(READS), one


def test_a_call_that_finds_components_of_others_comes_after_them() -> None:
    plan = plan_of({"aws-ecs-service.described", "aws-apigateway-rest-stage.listed"})
    found: set[str] = set()
    for wave in plan.waves:
        assert all(one.batches is None or one.batches.kind in found for one in wave)
        found |= {kind for one in wave for kind in one.kinds}
    assert [[one.call for one in wave if "ecs" in one.call] for wave in plan.waves] == [
        ["ecs:ListClusters"],
        ["ecs:ListServices"],
        ["ecs:DescribeServices"],
    ]
