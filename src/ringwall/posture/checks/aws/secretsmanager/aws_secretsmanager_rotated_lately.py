"""Secrets are changed within a year.

Why: who has read a secret once, and has left since, may use it until it changes.
Fix: rotate the secret, best by itself.
"""

from datetime import UTC, datetime, timedelta

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
from ringwall.posture.checks.aws.controls import SECRETS

CHECK = Check(
    judges="aws-secretsmanager-secret",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        *SECRETS,
        "nist-800-53r5 IA-5(1) supporting",
        "pci-dss-4 8.6.3 partial",
    ),
    known_as=(
        "prowler:secretsmanager_secret_rotated_periodically",
        "securityhub:SecretsManager.4",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By whatever changed what is in it last. What another service owns is changed by that."""
    told = it.read("listed")
    if told.get("OwningService") or told.get("DeletedDate"):
        return None
    dates = [told.get("LastRotatedDate"), told.get("LastChangedDate"), told["CreatedDate"]]
    days = (datetime.now(UTC) - max(_moment(one) for one in dates if one)).days
    return passes(f"it changed {days} days ago") if days <= 365 else fails(f"it is {days} days old")


def _moment(value: object) -> datetime:
    when = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


CASES = (
    case("rotated", PASS, listed={"CreatedDate": _ago(900), "LastRotatedDate": _ago(9)}),
    case("changed by hand", PASS, listed={"CreatedDate": _ago(900), "LastChangedDate": _ago(9)}),
    case("new", PASS, listed={"CreatedDate": _ago(9)}),
    case("old", FAIL, listed={"CreatedDate": _ago(900)}),
    case(
        "another service's", NOT_JUDGED, listed={"CreatedDate": _ago(900), "OwningService": "rds"}
    ),
    case("about to go", NOT_JUDGED, listed={"CreatedDate": _ago(900), "DeletedDate": _ago(1)}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
