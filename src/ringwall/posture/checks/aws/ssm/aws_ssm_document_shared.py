"""Documents are not shared with everybody.

Why: documents tell how machines are set up, and hold secrets more often than one thinks.
Fix: take `all` out of its permissions, and block public sharing.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-ssm-document",
    severity=Severity.HIGH,
    reads=("sharing",),
    controls=NOT_PUBLIC,
    known_as=("prowler:ssm_documents_set_as_public", "securityhub:SSM.4"),
    remedy="aws-ssm-document-private",
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    accounts = it.read("sharing", {}).get("AccountIds", [])
    if "all" in accounts:
        return fails("it is shared with everybody")
    return passes(f"it is shared with {len(accounts)} accounts")


CASES = (
    case("own", PASS, sharing={"AccountIds": []}),
    case("another account", PASS, sharing={"AccountIds": ["444455556666"]}),
    case("everybody", FAIL, sharing={"AccountIds": ["all"]}),
    case("may not be read", UNKNOWN, sharing=DENIED),
)
