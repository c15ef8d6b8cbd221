"""Routes of HTTP APIs ask who is there.

Why: whoever finds the address calls the program behind it.
Fix: give each route an authorizer, or IAM.
"""

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
LATER = {"$disconnect"}


def judge(it: Subject, world: World) -> Judgment:
    """A WebSocket is asked at `$connect` alone."""
    if it.read("listed").get("DisableExecuteApiEndpoint") is True and not it.read("routes", ()):
        return passes("it has no routes")
    found = [
        str(one.get("RouteKey"))
        for one in it.read("routes", ())
        if one.get("AuthorizationType", "NONE") == "NONE"
        and not one.get("ApiKeyRequired")
        and one.get("RouteKey") not in LATER
        and not str(one.get("RouteKey")).startswith("OPTIONS ")
    ]
    if found:
        return fails(f"everybody may call {', '.join(found[:5])} of {it.label}")
    return passes("each of its routes asks who is there")


def _routes(key: str, kind: str) -> list[dict[str, object]]:
    return [{"RouteKey": key, "AuthorizationType": kind}]


CASES = (
    case("a token", PASS, listed={}, routes=_routes("GET /orders", "JWT")),
    case("nothing", FAIL, listed={}, routes=_routes("$default", "NONE")),
    case(
        "by WebSocket, where it was asked",
        PASS,
        listed={"ProtocolType": "WEBSOCKET"},
        routes=_routes("$disconnect", "NONE"),
    ),
    case("what browsers ask first", PASS, listed={}, routes=_routes("OPTIONS /orders", "NONE")),
    case("no routes", PASS, listed={"DisableExecuteApiEndpoint": True}, routes=[]),
    case("denied", UNKNOWN, listed={}, routes=DENIED),
)
