"""Search domains keep no users and passwords of their own.

Why: nobody takes such a user away who leaves, no second factor is asked for, and no trail tells.
Fix: let people in by SAML or Cognito and programs by IAM, and turn the internal user database off.
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
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-opensearch-domain",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=SIGN_IN,
    known_as=("prowler:opensearch_service_domains_internal_user_database_enabled",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Where fine-grained access control is off, nobody is asked, which another check tells."""
    told = it.read("described").get("AdvancedSecurityOptions") or {}
    if told.get("Enabled") is True and told.get("InternalUserDatabaseEnabled") is True:
        return fails(f"{it.label} has users and passwords of its own")
    return passes("it has no users of its own")


def _with(*, users: bool, on: bool = True) -> dict[str, object]:
    return {"AdvancedSecurityOptions": {"Enabled": on, "InternalUserDatabaseEnabled": users}}


CASES = (
    case("of IAM", PASS, described=_with(users=False)),
    case("of its own", FAIL, described=_with(users=True)),
    case("nobody is asked", PASS, described=_with(users=True, on=False)),
    case("nothing is said", PASS, described={}),
    case("may not be read", UNKNOWN, described=DENIED),
)
