"""Methods of REST APIs ask who is there.

A policy of the API that names who may come counts, and so does an API that only a network reaches.

Why: whoever finds the address calls the program behind it.
Fix: give each method an authorizer, or IAM; or write a policy of the API.
"""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.apigateway.parts import anybody
from ringwall.posture.checks.aws.certain import certain
from ringwall.posture.checks.aws.controls import SIGN_IN
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.exposure import Exposed

CHECK = Check(
    judges="aws-apigateway-rest-api",
    severity=Severity.HIGH,
    reads=("listed", "resources"),
    controls=SIGN_IN,
    known_as=(
        "prowler:apigateway_restapi_authorizers_enabled",
        "prowler:apigateway_restapi_public_with_authorizer",
        "securityhub:APIGateway.8",
        "checkov:CKV_AWS_59",
    ),
)


def is_open_method(method: Mapping[str, Any]) -> bool:
    """Whether it asks for nothing at all."""
    return method.get("authorizationType", "NONE") == "NONE" and not method.get("apiKeyRequired")


def judge(it: Subject, world: World) -> Judgment:
    """Of each method but those that browsers ask before the real one."""
    listed = it.read("listed")
    types = (listed.get("endpointConfiguration") or {}).get("types") or ()
    if "PRIVATE" in types:
        return passes("only networks with an endpoint reach it")
    let_in = anybody(it, listed["policy"]) if listed.get("policy") else None
    if let_in is not None and not let_in:
        return passes("its policy names who may come")
    several = (
        (f"{name} {one.get('path')}", method)
        for one in it.read("resources", ())
        for name, method in (one.get("resourceMethods") or {}).items()
        if name != "OPTIONS"
    )
    found = certain(several, lambda one: is_open_method(one[1]))
    if found:
        names = ", ".join(name for name, _ in found[:5])
        return _failed(f"everybody may call {names} of {it.label}", let_in)
    return passes("each of its methods asks who is there")


def _failed(said: str, let_in: list[Exposed] | None) -> Judgment:
    """What asks nobody is open as far as the API's policy, if it has one, lets everybody in."""
    if let_in is None or any(one.is_certain for one in let_in):
        return fails(said)
    decision = let_in[0].decision
    if decision.outcome is Outcome.UNKNOWN:
        raise UnknownError(decision.why)
    keys = ", ".join(sorted({one.key for one in (*decision.requires, *decision.forbids)}))
    return fails(f"{said}, as far as {keys} admit it", Severity.MEDIUM)


def _method(kind: str, name: str = "GET", **more: object) -> list[dict[str, object]]:
    return [{"path": "/", "resourceMethods": {name: {"authorizationType": kind} | more}}]


def _policy(**more: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    return {"policy": {"Version": "2012-10-17", "Statement": [one | more]}}


def _but(condition: dict[str, object]) -> dict[str, object]:
    """As API Gateway's own documentation lets in a few networks: all, and others are denied."""
    one = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    both = [one | {"Effect": "Allow"}, one | {"Effect": "Deny", "Condition": condition}]
    return {"policy": {"Version": "2012-10-17", "Statement": both}}


API = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3"
OPEN = _method("NONE")
SHORT = ["execute-api:/prod/GET/*"]
ANOTHER = "arn:aws:execute-api:eu-west-1:111122223333:z9z9z9/*"
ESCAPED = (
    '{\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Principal\\":\\"*\\",'
    '\\"Action\\":\\"execute-api:Invoke\\",\\"Resource\\":\\"*\\"}]}'
)
OFFICE = {"IpAddress": {"aws:SourceIp": ["203.0.114.0/24"]}}
OTHERS: dict[str, object] = {"NotIpAddress": {"aws:SourceIp": ["203.0.114.0/24"]}}
HALVES = {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}
ANY_NETWORK = {"StringLike": {"aws:SourceVpce": "*"}}
ITSELF = {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
CASES = (
    case("IAM", PASS, listed={}, resources=_method("AWS_IAM")),
    case("nothing", FAIL, listed={}, resources=_method("NONE")),
    case(
        "a key, which is no sign-in but keeps strangers out",
        PASS,
        listed={},
        resources=_method("NONE", apiKeyRequired=True),
    ),
    case("only what browsers ask first", PASS, listed={}, resources=_method("NONE", "OPTIONS")),
    case(
        "inside a network",
        PASS,
        listed={"endpointConfiguration": {"types": ["PRIVATE"]}},
        resources=_method("NONE"),
    ),
    case("by a policy", PASS, listed=_policy(Principal={"AWS": "444455556666"}), resources=OPEN),
    case("by a policy for all", FAIL, listed=_policy(), resources=OPEN),
    case("by a policy in the short form", FAIL, listed=_policy(Resource=SHORT), resources=OPEN),
    case("by a policy as it is told", FAIL, listed={"policy": ESCAPED}, resources=OPEN),
    case("for an office", PASS, listed=_policy(Condition=OFFICE), resources=OPEN),
    case("for all but others than an office", PASS, listed=_but(OTHERS), resources=OPEN),
    case("for halves of the world", FAIL, listed=_policy(Condition=HALVES), resources=OPEN),
    case("from any network", FAIL, listed=_policy(Condition=ANY_NETWORK), resources=OPEN),
    case("in its own account", FAIL, listed=_policy(Condition=ITSELF), resources=OPEN),
    case("at another API", PASS, listed=_policy(Resource=ANOTHER), resources=OPEN, name=API),
    case("by a broken policy", UNKNOWN, listed={"policy": "{"}, resources=OPEN),
    case("denied", UNKNOWN, listed={}, resources=DENIED),
)
