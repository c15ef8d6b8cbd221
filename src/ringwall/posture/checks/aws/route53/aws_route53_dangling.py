"""No name leads to a bucket that is gone.

Why: whoever makes a bucket of that name answers under yours, with your cookies.
Fix: delete the record, or make the bucket again.
"""

import re
from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import (
    ABSENT,
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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import NOT_PUBLIC, TIDY

CHECK = Check(
    judges="aws-route53-zone",
    severity=Severity.HIGH,
    reads=(
        "records",
        "listed",
        "aws-s3-bucket.listed",
    ),
    controls=(
        *NOT_PUBLIC,
        *TIDY,
    ),
    known_as=("prowler:route53_dangling_ip_subdomain_takeover",),
)
_WEBSITE = re.compile(r"(?:^|\.)s3-website[.-][a-z0-9-]+\.amazonaws\.com\.?$")


def judge(it: Subject, world: World) -> Judgment | None:
    """Of websites of buckets, which answer to the name of the record; not of private zones."""
    if it.read("listed")["Config"].get("PrivateZone"):
        return None
    websites = [one for one in it.read("records", []) if _is_website(one)]
    gone = [
        name
        for one in websites
        if not world.where("aws-s3-bucket", _label, name := str(one["Name"]).rstrip("."))
    ]
    if gone:
        return fails(f"{', '.join(sorted(gone))} leads to a bucket that is not in this account")
    return passes(f"{len(websites)} names lead to buckets, and those are there")


def _is_website(one: Mapping[str, Any]) -> bool:
    targets = [str((one.get("AliasTarget") or {}).get("DNSName") or "")]
    targets += [str(each.get("Value")) for each in one.get("ResourceRecords") or []]
    return any(_WEBSITE.search(target) for target in targets)


def _label(bucket: Subject) -> list[str]:
    return [bucket.label]


def _alias(name: str) -> dict[str, Any]:
    return {"Name": name, "AliasTarget": {"DNSName": "s3-website-eu-west-1.amazonaws.com."}}


PUBLIC = {"Config": {"PrivateZone": False}}
OURS = other("aws-s3-bucket", "arn:aws:s3:::shop.example.com", listed={})
CNAME = {
    "Name": "shop.example.com.",
    "ResourceRecords": [{"Value": "shop.example.com.s3-website.eu-west-1.amazonaws.com"}],
}
CASES = (
    case("is there", PASS, OURS, listed=PUBLIC, records=[_alias("shop.example.com.")]),
    case("is there, by another name for it", PASS, OURS, listed=PUBLIC, records=[CNAME]),
    case("is gone", FAIL, OURS, listed=PUBLIC, records=[_alias("old.example.com.")]),
    case(
        "leads elsewhere",
        PASS,
        listed=PUBLIC,
        records=[{"Name": "a.", "ResourceRecords": [{"Value": "192.0.2.1"}]}],
    ),
    case("private", NOT_JUDGED, listed={"Config": {"PrivateZone": True}}, records=ABSENT),
    case("may not be read", UNKNOWN, listed=PUBLIC, records=DENIED),
)
