"""No secret is written into a ConfigMap.

Why: a ConfigMap is read by whoever may look at a namespace, and is not encrypted where it is kept.
Fix: take it out, change it, and put it into a Secret that comes from a store of secrets.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
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
from ringwall.posture.checks.kubernetes.known import pairs, those
from ringwall.posture.checks.secrets import in_cluster, secrets_in

CHECK = Check(
    judges="k8s-config-map",
    severity=Severity.HIGH,
    reads=("manifest",),
    controls=(
        "nist-800-53r5 IA-5 partial",
        "ccm-4 IAM-15 supporting",
    ),
    known_as=("trivy:KSV0109",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the names of values, and by what stands in those of several lines."""
    found, unclear = those(pairs(it.read("manifest").get("data") or {}), _said)
    if found:
        said = [f"{name} has {one}" for name, value in found for one in _said((name, value))]
        more = f" and {len(said) - 3} more" if len(said) > 3 else ""
        return fails(f"{', '.join(said[:3])}{more}")
    if unclear:
        raise UnknownError(unclear)
    return passes("nothing in it looks like a secret")


def _said(pair: tuple[str, str | None]) -> list[str]:
    name, value = pair[0], pair[1] or ""
    if "\n" in value.strip():
        return [str(one) for one in secrets_in(value)]
    what = in_cluster(name, value, least=1)
    return [what] if what else []


SETTINGS = (
    ("ALLOW_EMPTY_PASSWORD", "yes"),
    ("HIDE_PASSWORD", "on"),
    ("USE_TOKEN", "1"),
    ("IMAGE_PULL_SECRETS", "our-registry"),
    ("TLS_SECRET", "shop-tls"),
    ("SECRET_MOUNT", "kv"),
    ("SECRET_VERSION", "AWSCURRENT"),
    ("SECRET_STORE_KIND", "ClusterSecretStore"),
    ("ALLOWED_SECRET_NAMESPACES", "shop"),
    ("SECRETS_MANAGER_ENDPOINT", "secretsmanager.eu-west-1.amazonaws.com"),
    ("PASSWORD_HASH_ITERATIONS", "600000"),
    ("PASSWORD_COLUMN", "password_hash"),
)
FILE = """
secretName: shop-db-creds
password_encryption = scram-sha-256
existingSecret: shop-db
adminPasswordKey: admin-password
password-encoder: bcrypt12
tokenTTL: 24h0m0s
tokenAudiences: istio-ca-service
csrf-token-repository: cookie
create user app with password :'app_password'
proxy_set_header Authorization "Bearer $token";
"""
WRITTEN = (
    ("redis.conf", "bind 0.0.0.0\nrequirepass s3cr3tpassw0rd\n"),
    ("STORAGE", "AccountName=x;AccountKey=Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFy==;EndpointSuffix=y"),
    ("SLACK", "https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/abcdefghijklmnopqrstuvwx"),
    ("DB_PW", "hunter22"),
    ("init.sql", "CREATE USER app\nWITH PASSWORD 'hunter2hunter2';\n"),
    ("proxy.conf", 'x;\nproxy_set_header Authorization "Basic YWRtaW46aHVudGVyMg==";\n'),
    ("run.sh", "curl -H 'Authorization: Bearer abcdef0123456789abcdef' https://x\necho\n"),
    ("SECRET_KEY", "hunter2hunter2"),
)
CASES = (
    case("none", PASS, manifest={}),
    case("nothing", PASS, manifest={"data": {"PASSWORD": None}}),
    case("settings", PASS, manifest={"data": {"MODE": "fast", "TOKEN_TTL": "3600"}}),
    case("written", FAIL, manifest={"data": {"DB_PASSWORD": "hunter2"}}),
    case("in a file", FAIL, manifest={"data": {"app.ini": "[db]\npassword = hunter2hunter2\n"}}),
    case("a file that names none", PASS, manifest={"data": {"app.ini": "[db]\nhost = db\n"}}),
    *(case(f"{key}: {value}", PASS, manifest={"data": {key: value}}) for key, value in SETTINGS),
    case("files of settings", PASS, manifest={"data": {"app.conf": FILE}}),
    *(case(f"written as {key}", FAIL, manifest={"data": {key: one}}) for key, one in WRITTEN),
)
