"""User data of launch templates holds no secrets.

Why: whoever may describe templates reads it, and so does every program on what is launched.
Fix: withdraw the secret, keep it in Secrets Manager, and delete the version that holds it.
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
    judges="aws-ec2-launch-template",
    severity=Severity.HIGH,
    reads=("versions",),
    controls=SECRETS,
    known_as=("prowler:ec2_launch_template_no_secrets",),
)


def judge(it: Subject, world: World) -> Judgment:
    """In its default and its latest version."""
    for one in it.read("versions") or ():
        text = (one.get("LaunchTemplateData") or {}).get("UserData") or ""
        found = in_user_data(text)
        if found:
            told = ", ".join(map(str, found[:5]))
            return fails(f"version {one.get('VersionNumber')} of {it.label} holds {told}")
    return passes("nothing in its user data looks like a secret")


CASES = (
    case("none", PASS, versions=[{"LaunchTemplateData": {}}]),
    case(
        "a password",
        FAIL,
        versions=[
            {"LaunchTemplateData": {"UserData": "ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjJzZWNyZXQK"}}
        ],
    ),
    case("denied", UNKNOWN, versions=DENIED),
)
