"""Documents of Systems Manager hold no secrets.

Why: whoever may read documents, or has one shared with them, reads all that it runs.
Fix: withdraw the secret, keep it in Secrets Manager or as a SecureString, and have the document
refer to it; delete the versions that hold it.
"""

import json
from collections.abc import Iterator
from typing import Any

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
from ringwall.posture.checks.secrets import is_secret, secrets_in

CHECK = Check(
    judges="aws-ssm-document",
    severity=Severity.HIGH,
    reads=("content",),
    controls=SECRETS,
    known_as=("prowler:ssm_document_secrets",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment:
    """Told is what kind of secret stands where, never the secret."""
    text = str(it.read("content") or "")
    try:
        document = json.loads(text)
    except ValueError:
        found = [str(one) for one in secrets_in(text)]
    else:
        found = list(_within(document, ""))
    if found:
        return fails(f"{it.label} holds {', '.join(found[:5])}")
    return passes("nothing in it looks like a secret")


def _within(part: Any, where: str, name: str = "") -> Iterator[str]:
    """By names and by lines of scripts; a parameter's default has the parameter's name."""
    if isinstance(part, dict):
        for key, one in part.items():
            inner = name if key in {"default", "value", "Value"} else key
            yield from _within(one, f"{where}.{key}".strip("."), inner)
    elif isinstance(part, list):
        for number, one in enumerate(part):
            yield from _within(one, f"{where}[{number}]")
    elif isinstance(part, str):
        what = is_secret(name, part) if name and "\n" not in part else ""
        what = what or next((str(one) for one in secrets_in(part)), "")
        if what:
            yield f"{what} at {where}"


def _runs(*lines: str, **parameters: object) -> str:
    step = {"action": "aws:runShellScript", "inputs": {"runCommand": list(lines)}}
    return json.dumps({"schemaVersion": "2.2", "parameters": parameters, "mainSteps": [step]})


SECRET = {"type": "String", "description": "of the database"}
ASKS = "export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id shop)"
REFERS = "export DB_PASSWORD={{ DbPassword }}"
CASES = (
    case("none", PASS, content=_runs("yum update -y")),
    case("a reference", PASS, content=_runs(ASKS)),
    case("a parameter", PASS, content=_runs(REFERS, DbPassword=SECRET)),
    case(
        "one that is kept",
        PASS,
        content=_runs(REFERS, DbPassword=SECRET | {"default": "{{ssm:x}}"}),
    ),
    case("in a command", FAIL, content=_runs("yum update -y", "export DB_PASSWORD=hunter2secret")),
    case("a key", FAIL, content=_runs("aws configure set aws_access_key_id AKIAIOSFODNN7QWERTYU")),
    case(
        "a default", FAIL, content=_runs(REFERS, DbPassword=SECRET | {"default": "hunter2secret"})
    ),
    case("in a text", FAIL, content="password: hunter2secret"),
    case("denied", UNKNOWN, content=DENIED),
)
