"""Buckets refuse what does not come over TLS.

Why: plain HTTP shows keys of objects, signed addresses and data to whoever is on the way.
Fix: add a statement that denies `s3:*` to everybody where `aws:SecureTransport` is false.
"""

import json
from collections.abc import Mapping
from typing import Any

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
from ringwall.posture.checks.aws.controls import IN_TRANSIT
from ringwall.posture.checks.aws.statements import statements
from ringwall.posture.checks.aws.strangers import listed, principals_of
from ringwall.posture.permissions import patterns

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.MEDIUM,
    reads=("policy",),
    controls=(
        "cis-aws-3.0 2.1.1 full",
        "cis-aws-5.0 2.1.1 full",
        "cis-aws-6.0 3.1.1 full",
        *IN_TRANSIT,
    ),
    known_as=(
        "prowler:s3_bucket_secure_transport_policy",
        "securityhub:S3.5",
        "checkov:CKV_AWS_379",
    ),
    remedy="aws-s3-tls-only",
)


def judge(it: Subject, world: World) -> Judgment:
    """Denied to everybody, for all actions, of the bucket and of its objects."""
    policy = it.read("policy")
    if policy is None:
        return fails("it has no policy, so that it takes plain HTTP")
    covered: set[str] = set()
    for one in statements(policy):
        if _denies_plain(one):
            for resource in listed(one.get("Resource")):
                covered |= _parts(str(resource), it.label)
    missing = {"bucket", "objects"} - covered
    if not missing:
        return passes("plain HTTP is denied to everybody")
    return fails(f"plain HTTP is not denied for the {' and the '.join(sorted(missing))}")


def _denies_plain(one: Mapping[str, Any]) -> bool:
    if one.get("Effect") != "Deny" or "*" not in principals_of(one):
        return False
    if not {"*", "s3:*"} & {str(action).lower() for action in listed(one.get("Action"))}:
        return False
    conditions = one.get("Condition") or {}
    if not isinstance(conditions, dict) or len(conditions) != 1:
        return False
    ((operator, keys),) = conditions.items()
    if operator not in {"Bool", "BoolIfExists"} or len(keys) != 1:
        return False
    ((key, value),) = keys.items()
    return bool(
        key.lower() == "aws:securetransport" and "false" in {str(v).lower() for v in listed(value)}
    )


def _parts(resource: str, label: str) -> set[str]:
    """Which parts of the bucket a resource covers: itself, every object in it."""
    name = resource.rpartition(":::")[2] or resource
    parts = {"bucket"} if patterns.text(name)(label) else set()
    return parts | (
        {"objects"} if name.endswith("*") and patterns.text(name)(f"{label}/") else set()
    )


def _deny(**more: object) -> dict[str, object]:
    one = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::it", "arn:aws:s3:::it/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [one | more]}


CASES = (
    case("denied", PASS, policy=json.dumps(_deny())),
    case(
        "in two statements",
        PASS,
        policy={
            "Statement": [
                _deny(Resource="arn:aws:s3:::it")["Statement"][0],  # type: ignore[index]
                _deny(Resource="arn:aws:s3:::it/*")["Statement"][0],  # type: ignore[index]
            ]
        },
    ),
    case("of both by one star", PASS, policy=_deny(Resource="arn:aws:s3:::it*")),
    case("of everything", PASS, policy=_deny(Resource="*")),
    case("of one folder", FAIL, policy=_deny(Resource=["arn:aws:s3:::it", "arn:aws:s3:::it/a/*"])),
    case("no policy", FAIL, policy=ABSENT),
    case("only of the bucket", FAIL, policy=_deny(Resource="arn:aws:s3:::it")),
    case("of one principal", FAIL, policy=_deny(Principal={"AWS": "arn:aws:iam::1:root"})),
    case(
        "another condition, too",
        FAIL,
        policy=_deny(
            Condition={
                "Bool": {"aws:SecureTransport": "false"},
                "StringEquals": {"aws:PrincipalOrgID": "o-1"},
            }
        ),
    ),
    case("only reads", FAIL, policy=_deny(Action="s3:GetObject")),
    case("may not be read", UNKNOWN, policy=DENIED),
)
