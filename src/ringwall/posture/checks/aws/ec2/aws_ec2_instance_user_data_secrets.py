"""User data of instances holds no secrets.

Why: whoever may describe the instance, and every program on it, reads its user data.
Fix: withdraw the secret, keep it in Secrets Manager, and have the instance ask for it by its role.
"""

from ringwall.posture.checking import (
    ABSENT,
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
    judges="aws-ec2-instance",
    severity=Severity.HIGH,
    reads=("user_data",),
    controls=SECRETS,
    known_as=("prowler:ec2_instance_secrets_user_data", "checkov:CKV_AWS_46"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Told is what kind of secret stands in which line, never the secret."""
    text = it.read("user_data")
    if not text:
        return passes("it has no user data")
    found = in_user_data(text)
    if found:
        return fails(f"the user data of {it.label} holds {', '.join(map(str, found[:5]))}")
    return passes("nothing in its user data looks like a secret")


CASES = (
    case("none", PASS, user_data=ABSENT),
    case("a harmless one", PASS, user_data="IyEvYmluL3NoCnl1bSB1cGRhdGUgLXkK"),
    case("a reference", PASS, user_data="export DB_PASSWORD=$(aws secretsmanager get x)"),
    case("the example of AWS's pages", PASS, user_data="AKIAIOSFODNN7EXAMPLE"),
    case("a password in Base64", FAIL, user_data="ZXhwb3J0IERCX1BBU1NXT1JEPWh1bnRlcjJzZWNyZXQK"),
    case("a key", FAIL, user_data="-----BEGIN RSA PRIVATE KEY-----"),
    case("broken compression", UNKNOWN, user_data="H4sIAAAA"),
    case("denied", UNKNOWN, user_data=DENIED),
)
