"""Routes of HTTP APIs ask who is there.

Why: whoever finds the address calls the program behind it.
Fix: give each route an authorizer, or IAM.
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
from ringwall.posture.checks.aws.certain import certain
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-apigateway-api",
    severity=Severity.HIGH,
    reads=("listed", "routes"),
    controls=SIGN_IN,
    known_as=(
        "prowler:apigatewayv2_api_authorizers_enabled",
        "securityhub:APIGateway.8",
        "checkov:CKV_AWS_309",
    ),
)
CONNECT = "$connect"


def _asks_nobody(route: Mapping[str, Any]) -> bool:
    return (
        route.get("AuthorizationType", "NONE") == "NONE"
        and not route.get("ApiKeyRequired")
        and not str(route.get("RouteKey")).startswith("OPTIONS ")
    )


def judge(it: Subject, world: World) -> Judgment:
    """A WebSocket is asked at `$connect` alone: where there is no such route, by nobody."""
    listed = it.read("listed")
    if listed.get("DisableExecuteApiEndpoint") is True and not it.read("routes", ()):
        return passes("it has no routes")
    routes = list(it.read("routes", ()))
    if listed.get("ProtocolType") == "WEBSOCKET" and routes:
        routes = [one for one in routes if one.get("RouteKey") == CONNECT]
        if not routes:
            return fails(f"everybody may connect to {it.label}: no route asks at {CONNECT}")
    found = [str(one.get("RouteKey")) for one in certain(routes, _asks_nobody)]
    if found:
        return fails(f"everybody may call {', '.join(found[:5])} of {it.label}")
    return passes("each of its routes asks who is there")


def _routes(key: str, kind: str) -> list[dict[str, object]]:
    return [{"RouteKey": key, "AuthorizationType": kind}]


WEBSOCKET = {"ProtocolType": "WEBSOCKET"}
LATER_ON = [*_routes("$default", "NONE"), *_routes("$disconnect", "NONE")]
CASES = (
    case("a token", PASS, listed={}, routes=_routes("GET /orders", "JWT")),
    case("nothing", FAIL, listed={}, routes=_routes("$default", "NONE")),
    case(
        "by WebSocket, where it was asked",
        PASS,
        listed=WEBSOCKET,
        routes=[*_routes("$connect", "AWS_IAM"), *LATER_ON],
    ),
    case(
        "by WebSocket, where nothing was",
        FAIL,
        listed=WEBSOCKET,
        routes=[*_routes("$connect", "NONE"), *LATER_ON],
    ),
    case("by WebSocket, of which nobody asks first", FAIL, listed=WEBSOCKET, routes=LATER_ON),
    case("by HTTP a route of that name is any other", FAIL, listed={}, routes=LATER_ON),
    case("what browsers ask first", PASS, listed={}, routes=_routes("OPTIONS /orders", "NONE")),
    case("no routes", PASS, listed={"DisableExecuteApiEndpoint": True}, routes=[]),
    case("denied", UNKNOWN, listed={}, routes=DENIED),
)
