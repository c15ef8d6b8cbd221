"""Administrators have a second factor, whatever they sign in with.

Why: a key or a password of somebody who may do everything is the account; a policy can ask for a
second factor of a key, too, where there is one.
Fix: give the user a second factor, and let its policies ask for `aws:MultiFactorAuthPresent`.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.administrators import administrator
from ringwall.posture.checks.aws.authorization import READS
from ringwall.posture.checks.aws.controls import SIGN_IN
from ringwall.posture.checks.aws.iam.credentials import READS as REPORT
from ringwall.posture.checks.aws.iam.credentials import row_of
from ringwall.posture.checks.aws.identities import ME, allow, managed, member, somebody, user

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.CRITICAL,
    reads=(*READS, REPORT),
    controls=(
        *SIGN_IN,
        "nist-800-53r5 IA-2(1) partial",
        "iso-27001-2022 A.8.2 partial",
    ),
    known_as=("prowler:iam_administrator_access_with_mfa",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of users who may do everything and have something to sign in with."""
    if not it.name.startswith("arn:") or administrator(world, it) is None:
        return None
    row = row_of(it, world)
    names = ("password_enabled", "access_key_1_active", "access_key_2_active")
    has = [
        name.removesuffix("_enabled").removesuffix("_active")
        for name in names
        if row.get(name) == "true"
    ]
    if not has:
        return passes(f"{it.label} may do everything, and has nothing to sign in with")
    if row.get("mfa_active") == "true":
        return passes("there is a second factor")
    return fails(
        f"{it.label} may do everything with its {' or '.join(has).replace('_', ' ')} alone"
    )


ALL = allow("*")
OTHERS = (
    member(),
    managed(ALL),
    somebody(),
)


def _row(**row: str) -> Other:
    told = {"password_enabled": "false", "access_key_1_active": "true", "mfa_active": "false"}
    return other("aws-account", credential_report={ME: told | row})


CASES = (
    case("a key alone", FAIL, *OTHERS, _row(), name=ME, details=user(ALL)),
    case(
        "a password alone", FAIL, *OTHERS, _row(password_enabled="true"), name=ME, details=user(ALL)
    ),
    case("with a factor", PASS, *OTHERS, _row(mfa_active="true"), name=ME, details=user(ALL)),
    case(
        "with nothing", PASS, *OTHERS, _row(access_key_1_active="false"), name=ME, details=user(ALL)
    ),
    case("no administrator", NOT_JUDGED, *OTHERS, _row(), name=ME, details=user(allow("s3:*"))),
    case(
        "the report may not be read",
        UNKNOWN,
        *OTHERS,
        other("aws-account", credential_report=DENIED),
        name=ME,
        details=user(ALL),
    ),
    case("not told", UNKNOWN, *OTHERS, _row(), name=ME, details=DENIED),
)
