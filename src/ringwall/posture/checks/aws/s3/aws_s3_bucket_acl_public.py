"""No access list makes a bucket public.

Why: an access list that names everybody, or whoever has any AWS account, gives data away without
a policy that anybody would read.
Fix: turn access lists off (object ownership `BucketOwnerEnforced`), or put the list back to
private.
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
    other,
    passes,
)
from ringwall.posture.checks.aws.s3.blocks import account_block, is_off, unless_blocked

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.HIGH,
    reads=("acl", "ownership", "public_access_block", "aws-account.s3_public_access_block"),
    controls=(
        "nist-800-53r5 AC-3 partial",
        "nist-csf-2.0 PR.AA-05 partial",
        "pci-dss-4 1.3.1 supporting",
        "soc2 CC6.1 partial",
    ),
    known_as=(
        "prowler:s3_bucket_public_list_acl",
        "prowler:s3_bucket_public_write_acl",
        "securityhub:S3.2",
        "securityhub:S3.3",
        "checkov:CKV_AWS_20",
        "checkov:CKV_AWS_57",
    ),
    remedy="aws-s3-block-public-access",
)
_GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "everybody",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "whoever has an AWS account",
}


def judge(it: Subject, world: World) -> Judgment:
    """A public list is without effect where lists are off, or ignored here or by the account."""
    is_usual = it.is_usual("public_access_block")
    if world.any_true(
        lambda: is_off(it),
        lambda: not is_usual and _ignores(it.read("public_access_block", {})),
        lambda: account_block(it, world).get("IgnorePublicAcls") is True,
    ):
        return passes("whatever its list says, it makes nothing public")
    given = [
        (_GROUPS[grant["Grantee"]["URI"]], grant["Permission"])
        for grant in it.read("acl", {}).get("Grants", [])
        if grant.get("Grantee", {}).get("URI") in _GROUPS
    ]
    if not given:
        return passes("its list names nobody outside")
    may = ", ".join(f"{who} {permission}" for who, permission in sorted(given))
    writes = any(permission in {"WRITE", "WRITE_ACP", "FULL_CONTROL"} for _, permission in given)
    return fails(
        f"its list gives {may}{unless_blocked(it, world)}", Severity.CRITICAL if writes else None
    )


def _ignores(block: Mapping[str, Any]) -> bool:
    return block.get("IgnorePublicAcls") is True


def _acl(uri: str, permission: str) -> dict[str, object]:
    return {"Grants": [{"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}]}


ALL = _acl("http://acs.amazonaws.com/groups/global/AllUsers", "READ")
WRITE = _acl("http://acs.amazonaws.com/groups/global/AuthenticatedUsers", "WRITE")
NO = other("aws-account", s3_public_access_block=ABSENT)
CASES = (
    case("private", PASS, NO, acl={"Grants": []}, ownership=ABSENT, public_access_block=ABSENT),
    case("public", FAIL, NO, acl=ALL, ownership=ABSENT, public_access_block=ABSENT),
    case("written by anyone", FAIL, NO, acl=WRITE, ownership=ABSENT, public_access_block=ABSENT),
    case(
        "lists are off",
        PASS,
        NO,
        acl=ALL,
        ownership={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    ),
    case(
        "ignored here",
        PASS,
        NO,
        acl=ALL,
        ownership=ABSENT,
        public_access_block={"IgnorePublicAcls": True},
    ),
    case(
        "ignored by the account",
        PASS,
        other("aws-account", s3_public_access_block={"IgnorePublicAcls": True}),
        acl=ALL,
        ownership=ABSENT,
        public_access_block=ABSENT,
    ),
    case(
        "the account denies to tell",
        UNKNOWN,
        other("aws-account", s3_public_access_block=DENIED),
        acl=ALL,
        ownership=ABSENT,
        public_access_block=ABSENT,
    ),
)
