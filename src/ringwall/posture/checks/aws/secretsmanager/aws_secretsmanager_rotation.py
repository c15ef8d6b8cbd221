"""Secrets are rotated by themselves.

Why: a secret that never changes is good for whoever ever saw it.
Fix: turn rotation on, with a function or as the service does it.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import SECRETS

CHECK = Check(
    judges="aws-secretsmanager-secret",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=SECRETS,
    known_as=(
        "prowler:secretsmanager_automatic_rotation_enabled",
        "securityhub:SecretsManager.1",
        "checkov:CKV2_AWS_57",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """What another service owns is rotated by that."""
    told = it.read("listed")
    if told.get("OwningService"):
        return None
    return passes("it is rotated") if told.get("RotationEnabled") else fails("it is not rotated")


CASES = (
    case("on", PASS, listed={"RotationEnabled": True}),
    case("off", FAIL, listed={"RotationEnabled": False}),
    case("never set", FAIL, listed={}),
    case("another service's", NOT_JUDGED, listed={"OwningService": "rds"}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
