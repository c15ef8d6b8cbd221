"""No secret is in a function's variables.

Why: whoever may look at functions reads them, and so does every error page and log.
Fix: keep it in Secrets Manager, and give the function the right to read it.
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
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.certain import certain
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.secrets import is_secret

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=SECRETS,
    known_as=("prowler:awslambda_function_no_secrets_in_variables",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By forms of known keys, and by names; where a secret lies is none itself."""
    environment = it.read("listed").get("Environment") or {}
    if environment.get("Error"):  # the rest is told, so that the call itself was no failure
        code = environment["Error"].get("ErrorCode") or "AWS says no more"
        raise UnknownError(f"the variables of {it.label} may not be decrypted to be read: {code}")
    variables = environment.get("Variables") or {}
    found = certain(sorted(variables), lambda name: is_secret(name, str(variables[name])))
    if found:
        said = [f"{name} seems to be {is_secret(name, str(variables[name]))}" for name in found]
        return fails("; ".join(said))
    return passes(f"none of its {len(variables)} variables looks like a secret")


def _with(name: str, value: str) -> dict[str, object]:
    return {"Environment": {"Variables": {name: value}}}


VAULT = "84896a0c-1347-aa90-a4f6-aca8b7558780"
NO_KEY = {"ErrorCode": "AccessDeniedException", "Message": "no"}
CASES = (
    case("none", PASS, listed={}),
    case("where one lies", PASS, listed=_with("DB_PASSWORD_ARN", "arn:aws:secretsmanager:r:1:s")),
    case("its name", PASS, listed=_with("DB_PASSWORD", "/shop/database/password")),
    case("what it is called", PASS, listed=_with("API_KEY_SECRET_NAME", "prod/api-key")),
    case("its id", PASS, listed=_with("SECRET_ID", "prod/shop/database")),
    case("an id that is one", FAIL, listed=_with("VAULT_SECRET_ID", VAULT)),
    case("where it lies", PASS, listed=_with("DB_SECRET", "prod/shop/database")),
    case("whether there is one", PASS, listed=_with("REDIS_AUTH_TOKEN", "disabled")),
    case("by a shorter name", FAIL, listed=_with("SMTP_PASS", "hunter2hunter2")),
    case("a key", FAIL, listed=_with("RAILS_MASTER_KEY", "0123456789abcdef0123456789abcdef")),
    case("the id of a key", PASS, listed=_with("ENCRYPTION_KEY", VAULT)),
    case("without a user", FAIL, listed=_with("REDIS_URL", "redis://:hunter2hunter2@cache")),
    case("within JSON", FAIL, listed=_with("CONFIG", '{"dbPassword": "hunter2hunter2"}')),
    case("where the store is", PASS, listed=_with("SECRETS_MANAGER_REGION", "eu-west-1")),
    case("an address", PASS, listed=_with("API", "https://api.example.com/v1")),
    case("a key of AWS", FAIL, listed=_with("X", "AKIAIOSFODNN7QWERTYU")),
    case("by its name", FAIL, listed=_with("DB_PASSWORD", "hunter2hunter2")),
    case("in an address", FAIL, listed=_with("DB", "postgres://shop:hunter2hunter2@db/shop")),
    case(
        "in an address of the web", FAIL, listed=_with("A", "https://shop:hunter2hunter2@a.example")
    ),
    case("may not be decrypted", UNKNOWN, listed={"Environment": {"Error": NO_KEY}}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
