"""No key stands in a provider's configuration.

Why: whoever reads the repository, its history or a copy of it may do what the key may, which is to
change everything.
Fix: take the key back at once, for it stays in the history; let the provider find its credentials
in the environment, best those of a role that the pipeline takes for an hour.
"""

from ringwall.posture.checking import (
    FAIL,
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
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.secrets import is_secret

CHECK = Check(
    judges="terraform-provider",
    severity=Severity.CRITICAL,
    reads=("arguments",),
    controls=SECRETS,
    known_as=("checkov:CKV_AWS_41",),
)
ARGUMENTS = (
    "access_key",
    "secret_key",
    "token",
    "client_secret",
    "client_certificate_password",
    "credentials",
    "password",
    "api_key",
    "api_token",
    "private_key",
)


def judge(it: Subject, world: World) -> Judgment:
    """By what is written; what stands for AWS on a developer's machine takes any key."""
    told = it.read("arguments")
    if told.get("endpoints") and told.get("skip_credentials_validation") is True:
        return passes("it speaks to no cloud, and what it is given opens nothing")
    found = [one for one in ARGUMENTS if is_secret(one, str(told.get(one) or ""))]
    if found:
        return fails(f"{', '.join(found)} of {it.label} stand in the code")
    return passes("no key stands in it")


KEYS = {
    "access_key": "AKIAIOSFODNN7QWERTYU",
    "secret_key": "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",
}
LOCAL = {"endpoints": [{"s3": "http://localhost:4566"}], "skip_credentials_validation": True}
CASES = (
    case("none", PASS, arguments={"region": "eu-west-1"}),
    case("of the environment", PASS, arguments={"profile": "deploy", "access_key": ""}),
    case("what stands for AWS here", PASS, arguments=KEYS | LOCAL),
    case("where one lies", PASS, arguments={"token": "/run/secrets/token"}),
    case("a key", FAIL, arguments=KEYS),
    case("a secret of another cloud", FAIL, arguments={"client_secret": "Q8v~x1TzzzL3kPq0aa"}),
    case("addresses of one's own", FAIL, arguments=KEYS | {"endpoints": LOCAL["endpoints"]}),
)
