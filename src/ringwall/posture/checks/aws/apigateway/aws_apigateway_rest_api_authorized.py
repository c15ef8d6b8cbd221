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
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.apigateway.parts import policy_of
from ringwall.posture.checks.aws.certain import certain
from ringwall.posture.checks.aws.controls import SIGN_IN
from ringwall.posture.checks.aws.strangers import open_statements

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
    if listed.get("policy") and not list(open_statements(policy_of(listed["policy"]))):
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
        return fails(f"everybody may call {names} of {it.label}")
    return passes("each of its methods asks who is there")


def _method(kind: str, name: str = "GET", **more: object) -> list[dict[str, object]]:
    return [{"path": "/", "resourceMethods": {name: {"authorizationType": kind} | more}}]


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
    case(
        "by a policy",
        PASS,
        listed={"policy": {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "1"}}]}},
        resources=_method("NONE"),
    ),
    case(
        "by a policy for all",
        FAIL,
        listed={"policy": {"Statement": [{"Effect": "Allow", "Principal": "*"}]}},
        resources=_method("NONE"),
    ),
    case("denied", UNKNOWN, listed={}, resources=DENIED),
)
