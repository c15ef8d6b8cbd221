"""Parameters that are secrets are encrypted.

Why: a plain parameter is read by whoever may list parameters, and stands in their history.
Fix: make it a SecureString.
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

CHECK = Check(
    judges="aws-ssm-parameter",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=SECRETS,
    known_as=("checkov:CKV2_AWS_34",),
)
_SECRET = {"password", "passwd", "secret", "token", "apikey", "key", "credential", "credentials"}


def judge(it: Subject, world: World) -> Judgment:
    """By words of its name: what is in it is never read."""
    told = it.read("listed")
    words = it.label.lower().replace("-", "_").replace("/", "_").split("_")
    if told.get("Type") == "SecureString":
        return passes("it is a SecureString")
    named = sorted(set(words) & _SECRET)
    if named:
        return fails(f"it is called {named[0]}, and is a plain {told.get('Type')}")
    return passes("its name does not speak of a secret")


CASES = (
    case(
        "secure",
        PASS,
        name="arn:aws:ssm:r:1:parameter/db_password",
        listed={"Type": "SecureString"},
    ),
    case("no secret", PASS, name="arn:aws:ssm:r:1:parameter/url", listed={"Type": "String"}),
    case("plain", FAIL, name="arn:aws:ssm:r:1:parameter/db-password", listed={"Type": "String"}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
