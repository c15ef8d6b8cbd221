"""The cases of checks that ask whether a resource's own policy lets in strangers."""

from collections.abc import Callable, Mapping
from typing import Any

from ringwall.posture.checking import ABSENT, DENIED, FAIL, PASS, UNKNOWN, Case, case
from ringwall.posture.checks.aws.controlled import cases_within
from ringwall.posture.permissions.granting import is_controlled

Telling = Callable[[Any], Mapping[str, Any]]
"""From a policy, or ``None`` where there is none, to the aspects that tell it."""


def admitting(action: str, tell: Telling, aspect: str) -> tuple[Case, ...]:
    """What looks open and is not, and the reverse; ``aspect`` is what may be denied."""

    def policy(**more: Any) -> dict[str, Any]:
        one = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"} | more
        return {"Version": "2012-10-17", "Statement": [one]}

    def told(name: str, outcome: Any, written: Any) -> Case:
        return case(name, outcome, **tell(written))

    def under(name: str, outcome: Any, **condition: Any) -> Case:
        return told(name, outcome, policy(Condition=condition))

    world = {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}
    shut = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    outside = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    allowed = policy()["Statement"]
    untold: dict[str, Any] = {aspect: DENIED}
    service = action.partition(":")[0]
    within = PASS if is_controlled(action.lower()) else FAIL
    return (
        told("no policy", PASS, None),
        told("everybody", FAIL, policy()),
        told("everybody, as AWS writes it", FAIL, policy(Principal={"AWS": ["*"]})),
        told("everybody but one account", FAIL, _but_one(policy())),
        told("everybody, whatever they do", FAIL, policy(Action="*")),
        told("an account", PASS, policy(Principal={"AWS": "444455556666"})),
        told("denied to everybody", PASS, policy(Effect="Deny")),
        told("allowed, and denied again", PASS, {"Statement": [*allowed, shut]}),
        told(
            "denied outside of the organisation",
            PASS,
            {"Statement": [*allowed, shut | {"Condition": outside}]},
        ),
        under("the organisation", PASS, StringEquals={"aws:PrincipalOrgID": "o-1"}),
        under("any organisation", FAIL, StringLike={"aws:PrincipalOrgID": "*"}),
        under("if it has one", FAIL, StringEqualsIfExists={"aws:PrincipalOrgID": "o-1"}),
        under("from halves of the world", FAIL, IpAddress=world),
        under("by any endpoint", FAIL, StringLike={"aws:SourceVpce": "*"}),
        under("by one endpoint", PASS, StringEquals={"aws:SourceVpce": "vpce-1a2b3c4d"}),
        under("whoever has this name", FAIL, StringEquals={"aws:username": "deploy"}),
        under("over TLS", FAIL, Bool={"aws:SecureTransport": "true"}),
        under("in its own account", FAIL, StringEquals={"aws:ResourceAccount": "111122223333"}),
        told("broken", UNKNOWN, "{"),
        case("may not be read", UNKNOWN, **untold),
        *cases_within(service, within, FAIL, **tell(policy())),
    )


def _but_one(policy: dict[str, Any]) -> dict[str, Any]:
    (one,) = policy["Statement"]
    kept = {name: value for name, value in one.items() if name != "Principal"}
    return {"Statement": [kept | {"NotPrincipal": {"AWS": "arn:aws:iam::444455556666:root"}}]}


def by_policy(written: Any) -> Mapping[str, Any]:
    """It is an aspect of its own."""
    return {"policy": ABSENT if written is None else written}


def by_attributes(written: Any) -> Mapping[str, Any]:
    """It is one of several attributes."""
    return {"attributes": {} if written is None else {"Policy": written}}
