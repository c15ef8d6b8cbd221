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
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.secrets import is_secret, secrets_in

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
    found = []
    for name, value in (it.read("manifest").get("data") or {}).items():
        if not isinstance(value, str):
            continue
        if "\n" in value.strip():
            found += [f"{name} has {one}" for one in secrets_in(value)]
        elif what := is_secret(str(name), value, least=1):
            found.append(f"{name} has {what}")
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        return fails(f"{', '.join(found[:3])}{more}")
    return passes("nothing in it looks like a secret")


CASES = (
    case("none", PASS, manifest={}),
    case("settings", PASS, manifest={"data": {"MODE": "fast", "TOKEN_TTL": "3600"}}),
    case("written", FAIL, manifest={"data": {"DB_PASSWORD": "hunter2"}}),
    case("in a file", FAIL, manifest={"data": {"app.ini": "[db]\npassword = hunter2hunter2\n"}}),
    case("a file that names none", PASS, manifest={"data": {"app.ini": "[db]\nhost = db\n"}}),
)
