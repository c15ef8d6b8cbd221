"""Documents are shared with accounts that are meant.

Why: whoever a document is shared with reads all of it, and sees each change.
Fix: take back what is shared with accounts that do not need it; accept this for your own.
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-ssm-document",
    severity=Severity.LOW,
    reads=("sharing",),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment:
    """With everybody is another check's to say."""
    accounts = sorted(set(it.read("sharing", {}).get("AccountIds", [])) - {"all", it.account})
    if accounts:
        return fails(f"it is shared with {', '.join(accounts)}")
    return passes("it is shared with no account by name")


CASES = (
    case("own", PASS, sharing={"AccountIds": []}),
    case("everybody", PASS, sharing={"AccountIds": ["all"]}),
    case("another", FAIL, sharing={"AccountIds": ["444455556666"]}),
    case("may not be read", UNKNOWN, sharing=DENIED),
)
