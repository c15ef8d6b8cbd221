"""Programs behind REST APIs can tell that the gateway asks.

Why: whoever finds the program's own address goes round all that the gateway does.
Fix: make a client certificate, give it to the stage, and let the program ask for it.
"""

from collections.abc import Iterator

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER

REST = "aws-apigateway-rest-api"
CHECK = Check(
    judges="aws-apigateway-rest-stage",
    severity=Severity.LOW,
    reads=("listed", f"{REST}.resources"),
    controls=PERIMETER,
    known_as=(
        "prowler:apigateway_restapi_client_certificate_enabled",
        "securityhub:APIGateway.2",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where something is called by HTTP: functions and services of AWS know it by IAM."""
    if it.read("listed").get("clientCertificateId"):
        return passes("it shows a certificate")
    api = world.need(f"{REST}/{it.name.partition('/stages/')[0]}")
    called = list(_called(api))
    if not called:
        return None
    return fails(f"{it.label} calls what is behind {called[0]} without a certificate")


def _called(api: Subject) -> Iterator[str]:
    for one in api.read("resources", ()):
        for name, method in (one.get("resourceMethods") or {}).items():
            if (method.get("methodIntegration") or {}).get("type") in {"HTTP", "HTTP_PROXY"}:
                yield f"{name} {one.get('path')}"


API = "arn:aws:apigateway:eu-west-1::/restapis/a"
STAGE = f"{API}/stages/prod"


def _api(kind: str) -> Other:
    methods = {"GET": {"methodIntegration": {"type": kind}}}
    return other(REST, API, resources=[{"path": "/", "resourceMethods": methods}])


CASES = (
    case(
        "one",
        PASS,
        *(_api("HTTP_PROXY"),),
        name=STAGE,
        listed={"stageName": "prod", "clientCertificateId": "c"},
    ),
    case("none", FAIL, _api("HTTP_PROXY"), name=STAGE, listed={"stageName": "prod"}),
    case("of a function", NOT_JUDGED, _api("AWS_PROXY"), name=STAGE, listed={"stageName": "prod"}),
    case(
        "what it calls may not be read",
        UNKNOWN,
        other(REST, API, resources=DENIED),
        name=STAGE,
        listed={"stageName": "prod"},
    ),
)
