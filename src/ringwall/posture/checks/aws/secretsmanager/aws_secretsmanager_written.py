"""No secret is written into the code that makes it.

Why: whoever reads the repository, its history or the template in CloudFormation has it, and nobody
who opens it there is seen by Secrets Manager.
Fix: change the secret, for it stays in the history; let AWS make it up (`GenerateSecretString`), or
put it in from outside once it is there.
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
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.secrets import is_secret

CHECK = Check(
    judges="aws-secretsmanager-secret",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=SECRETS,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of code alone, by what stands in it; what comes from outside is not written there."""
    if it.name.startswith("arn:"):
        return None
    written = it.read("listed").get("Written") or {}
    found = [name for name, value in dict(written).items() if is_secret(name, str(value))]
    if found:
        return fails(f"{', '.join(sorted(found))} of {it.label} stand in the code")
    return passes("no value of it stands in the code")


CODE = "terraform:main.tf:s"
CASES = (
    case("none", PASS, name=CODE, listed={}),
    case("a user", PASS, name=CODE, listed={"Written": {"username": "shop"}}),
    case("a password", FAIL, name=CODE, listed={"Written": {"password": "hunter2hunter2"}}),
    case("as a whole", FAIL, name=CODE, listed={"Written": {"secret": "hunter2hunter2"}}),
    case(
        "of another secret",
        PASS,
        name=CODE,
        listed={"Written": {"password": "{{resolve:secretsmanager:other}}"}},
    ),
    case("not in code", NOT_JUDGED, name="arn:aws:secretsmanager:eu-west-1:1:secret:s", listed={}),
)
