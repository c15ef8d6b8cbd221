"""Services of Fargate run on its newest platform.

Why: old versions miss the updates of their kernel and runtime.
Fix: set the platform version to `LATEST`.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-ecs-service",
    severity=Severity.LOW,
    reads=("described",),
    controls=UPDATED,
    known_as=(
        "prowler:ecs_service_fargate_latest_platform_version",
        "securityhub:ECS.10",
        "checkov:CKV_AWS_332",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """1.4.0 is the newest for Linux; it is updated by itself."""
    told = it.read("described")
    if told.get("launchType") != "FARGATE" and not any(
        str(one.get("capacityProvider", "")).startswith("FARGATE")
        for one in told.get("capacityProviderStrategy") or ()
    ):
        return None
    version = told.get("platformVersion") or "LATEST"
    if version in {"LATEST", "1.4.0"} or (told.get("platformFamily") or "").startswith("WINDOWS"):
        return passes(f"its platform is {version}")
    return fails(f"{it.label} stays on the platform {version}")


CASES = (
    case("the newest", PASS, described={"launchType": "FARGATE", "platformVersion": "LATEST"}),
    case("nothing is said", PASS, described={"launchType": "FARGATE"}),
    case("an old one", FAIL, described={"launchType": "FARGATE", "platformVersion": "1.3.0"}),
    case("on machines", NOT_JUDGED, described={"launchType": "EC2"}),
)
