"""Variables of functions are encrypted with a key of your own.

Why: with AWS's key whoever may look at the function reads its variables; one of your own asks for
a second permission.
Fix: set a key of KMS for the function, and name in its policy who may decrypt.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.LOW,
    reads=("listed",),
    controls=AT_REST,
    known_as=(
        "prowler:awslambda_function_env_vars_not_encrypted_with_cmk",
        "checkov:CKV_AWS_173",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of functions that have variables."""
    told = it.read("listed")
    environment = told.get("Environment") or {}
    if not environment.get("Variables") and not environment.get("Error"):
        return None
    key = told.get("KMSKeyArn")
    return passes(f"they are encrypted with {key}") if key else fails("AWS's key encrypts them")


SOME = {"Environment": {"Variables": {"STAGE": "prod"}}}
SEALED = {
    "Environment": {"Error": {"ErrorCode": "AccessDeniedException"}},
    "KMSKeyArn": "arn:aws:kms:r:1:key/k",
}
CASES = (
    case("own", PASS, listed=SOME | {"KMSKeyArn": "arn:aws:kms:r:1:key/k"}),
    case("own, which may not be used to read them", PASS, listed=SEALED),
    case("AWS's", FAIL, listed=SOME),
    case("no variables", NOT_JUDGED, listed={"Environment": {"Variables": {}}}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
