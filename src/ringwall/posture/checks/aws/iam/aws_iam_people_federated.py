"""People sign in by a provider of identities.

Why: a user in IAM is forgotten when somebody leaves; one of the company's own provider is not, and
has its second factor there.
Fix: let people sign in by IAM Identity Center or another provider, and take their passwords in IAM
away but for two of emergency.
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
from ringwall.posture.checks.aws.controls import IDENTITIES, SIGN_IN

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("credential_report",),
    controls=(
        "cis-aws-3.0 1.21 partial",
        "cis-aws-5.0 1.20 partial",
        "cis-aws-6.0 2.20 partial",
        *SIGN_IN,
        "nist-800-53r5 AC-2(1) supporting",
        *IDENTITIES,
    ),
    known_as=("prowler:iam_check_saml_providers_sts",),
)
_SPARED = 2


def judge(it: Subject, world: World) -> Judgment:
    """By how many users have a password; two, with a second factor each, are for emergencies."""
    rows = it.read("credential_report", {})
    people = {arn: one for arn, one in rows.items() if not arn.endswith(":root")}
    signing_in = [one for one in people.values() if one.get("password_enabled") == "true"]
    if len(signing_in) > _SPARED:
        return fails(f"{len(signing_in)} users have a password in IAM")
    if any(one.get("mfa_active") != "true" for one in signing_in):
        return fails("a user of emergency has no second factor")
    return passes(f"{len(signing_in)} users have a password in IAM")


def _report(*several: bool) -> dict[str, dict[str, str]]:
    rows = {f"arn:aws:iam::1:user/{n}": _row(one) for n, one in enumerate(several)}
    return rows | {"arn:aws:iam::1:root": {"password_enabled": "not_supported"}}


def _row(has_factor: bool) -> dict[str, str]:
    return {"password_enabled": "true", "mfa_active": str(has_factor).lower()}


CASES = (
    case("nobody", PASS, credential_report=_report()),
    case("two of emergency", PASS, credential_report=_report(True, True)),
    case("two of emergency, one without a factor", FAIL, credential_report=_report(True, False)),
    case("everybody", FAIL, credential_report=_report(True, True, True)),
    case("may not be read", UNKNOWN, credential_report=DENIED),
)
