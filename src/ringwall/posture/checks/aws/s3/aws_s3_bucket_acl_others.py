"""No access list gives a bucket to other accounts.

Why: what a list gives stands in no policy, so that nobody sees who reads.
Fix: turn lists off (ownership enforced), and write who is meant into the bucket's policy.
"""

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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.s3.blocks import is_off

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.MEDIUM,
    reads=(
        "acl",
        "ownership",
    ),
    controls=LEAST_PRIVILEGE,
)
_DELIVERING = {
    "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
    "a52cb28745c0c06e84ec548334e44bfa7fc2a85c54af20cd59e4969344b7af56",
}
"""By these CloudFront delivers its logs, the second of them in China."""


def judge(it: Subject, world: World) -> Judgment:
    """By ids of accounts other than the owner's; AWS's group that delivers logs is AWS's."""
    if world.any_true(lambda: is_off(it)):
        return passes("whatever its list says, it gives nothing")
    acl = it.read("acl", {})
    owner = (acl.get("Owner") or {}).get("ID")
    given = [
        f"{grantee.get('DisplayName') or grantee['ID'][:12]} {one['Permission']}"
        for one in acl.get("Grants", [])
        if (grantee := one.get("Grantee") or {}).get("ID") not in {None, owner, *_DELIVERING}
    ]
    return (
        fails(f"its list gives {', '.join(given)}")
        if given
        else passes("its list gives nothing away")
    )


def _acl(grantee: Mapping[str, str]) -> dict[str, Any]:
    return {"Owner": {"ID": "me"}, "Grants": [{"Grantee": grantee, "Permission": "READ"}]}


LOGS = {"URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
OFF = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
CASES = (
    case("its owner", PASS, acl=_acl({"ID": "me"}), ownership=ABSENT),
    case("AWS's logs", PASS, acl=_acl(LOGS), ownership=ABSENT),
    case("CloudFront's logs", PASS, acl=_acl({"ID": min(_DELIVERING)}), ownership=ABSENT),
    case("another account", FAIL, acl=_acl({"ID": "them"}), ownership=ABSENT),
    case("another account, and lists are off", PASS, acl=_acl({"ID": "them"}), ownership=OFF),
    case("lists may be off", UNKNOWN, acl=_acl({"ID": "them"}), ownership=DENIED),
    case("may not be read", UNKNOWN, acl=DENIED, ownership=ABSENT),
)
