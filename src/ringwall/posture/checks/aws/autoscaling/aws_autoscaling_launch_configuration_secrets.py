"""User data of launch configurations holds no secrets.

Why: whoever may describe it reads it, and so does every program on what is launched.
Fix: withdraw the secret, keep it in Secrets Manager, and delete the configuration.
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
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.secrets import in_user_data

CHECK = Check(
    judges="aws-autoscaling-launch-configuration",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=SECRETS,
    known_as=("prowler:autoscaling_find_secrets_ec2_launch_configuration",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Kind and line are told, never the secret."""
    found = in_user_data(it.read("listed").get("UserData") or "")
    if found:
        return fails(f"the user data of {it.label} holds {', '.join(map(str, found[:5]))}")
    return passes("nothing in its user data looks like a secret")


CASES = (
    case("none", PASS, listed={}),
    case("a password", FAIL, listed={"UserData": "ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjJzZWNyZXQK"}),
    case("denied", UNKNOWN, listed=DENIED),
)
