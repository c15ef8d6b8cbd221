"""Parameters that are secrets are encrypted.

Why: a plain parameter is read by whoever may list parameters, and stands in their history.
Fix: make it a SecureString.
"""

import re

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
_SECRET = (
    *("password", "passwd", "passphrase", "secret", "token", "credential", "credentials"),
    *("apikey", "api key", "secret key", "access key", "private key", "signing key"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the last words of its name: what is in it is never read."""
    told = it.read("listed")
    if told.get("Type") == "SecureString":
        return passes("it is a SecureString")
    words = re.findall(
        r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])",
        (it.label if it.is_declared else it.name).rpartition(":")[2],
    )
    lower = [one.lower() for one in words][-3:]
    what = next((one for one in _SECRET if one.split() == lower[-len(one.split()) :]), "")
    if what:
        return fails(f"it is called {what}, and is a plain {told.get('Type')}")
    return passes("its name does not speak of a secret")


def _named(name: str) -> str:
    return f"arn:aws:ssm:eu-west-1:111122223333:parameter/{name}"


PLAIN = {"Type": "String"}
CASES = (
    case("secure", PASS, name=_named("db_password"), listed={"Type": "SecureString"}),
    case("no secret", PASS, name=_named("url"), listed=PLAIN),
    case("where one lies", PASS, name=_named("shop/password-secret-arn"), listed=PLAIN),
    case("a public key", PASS, name=_named("shop/signing/publicKey"), listed=PLAIN),
    case("the name of a key", PASS, name=_named("shop/kms_key_id"), listed=PLAIN),
    case("how long one is good", PASS, name=_named("shop/token/lifetime"), listed=PLAIN),
    case("plain", FAIL, name=_named("db-password"), listed=PLAIN),
    case("plain, by a path", FAIL, name=_named("shop/db/password"), listed=PLAIN),
    case("plain, in one word", FAIL, name=_named("shop/dbPassword"), listed=PLAIN),
    case("a key of an API", FAIL, name=_named("stripe/apiKey"), listed=PLAIN),
    case("may not be read", UNKNOWN, listed=DENIED),
)
