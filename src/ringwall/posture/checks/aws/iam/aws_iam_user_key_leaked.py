"""No key of a user is known to be public.

Why: AWS found one of the user's keys in public, and bound the user; whoever found it too has looked
around already.
Fix: switch off and delete the user's keys, look in the trail at what was done with them, and take
the policy away then.
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
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.aws.identities import ME, attached, user

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.CRITICAL,
    reads=("details",),
    controls=(
        *SECRETS,
        "nist-800-53r5 IR-4 supporting",
    ),
)
_SIGNS = ("AWSCompromisedKeyQuarantine", "AWSExposedCredentialPolicy")
OWN = "arn:aws:iam::aws:policy/"


def judge(it: Subject, world: World) -> Judgment:
    """By the policies that AWS attaches itself."""
    attached = it.read("details").get("AttachedManagedPolicies", [])
    found = [
        one["PolicyName"]
        for one in attached
        if one["PolicyArn"].rpartition("/")[2].startswith(_SIGNS)
    ]
    if found:
        return fails(f"AWS has bound {it.label} by {', '.join(found)}: a key of it is public")
    return passes("AWS has found none of its keys in public")


CASES = (
    case("none", PASS, name=ME, details=user()),
    case("another policy", PASS, name=ME, details=user(**attached())),
    case("bound", FAIL, name=ME, details=user(**attached(f"{OWN}AWSCompromisedKeyQuarantineV3"))),
    case(
        "bound, as it was called once",
        FAIL,
        name=ME,
        details=user(**attached(f"{OWN}AWSExposedCredentialPolicy_DO_NOT_REMOVE")),
    ),
    case("may not be read", UNKNOWN, name=ME, details=DENIED),
)
