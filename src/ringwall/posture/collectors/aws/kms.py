"""KMS: keys of the customer's own, what they are and who may use them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, first, joined
from ringwall.posture.snapshot.snapshot import Seen

KEY: Final = "aws-kms-key"


def _keys(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("Keys") or ():
        yield Item(kind=KEY, name=one["KeyArn"], label=one["KeyId"], aspects={"listed": one})


def _key(seen: Seen) -> Mapping[str, Any]:
    return {"KeyId": seen.found.label}


def _policy(seen: Seen) -> Mapping[str, Any]:
    return {"KeyId": seen.found.label, "PolicyName": "default"}


LISTINGS: Final = (
    Listing(kinds=(KEY,), call="kms:ListKeys", read=_keys, arguments={"Limit": 1000}),
)
DETAILS: Final = (
    Detail(
        kind=KEY,
        aspect="metadata",
        call="kms:DescribeKey",
        arguments=_key,
        pick=first("KeyMetadata"),
    ),
    Detail(
        kind=KEY,
        aspect="rotation",
        call="kms:GetKeyRotationStatus",
        arguments=_key,
        pick=first("KeyRotationEnabled"),
        # Imported, asymmetric and HMAC keys, and keys in custom stores, cannot be rotated.
        absent=frozenset({"UnsupportedOperationException", "KMSInvalidStateException"}),
    ),
    Detail(
        kind=KEY, aspect="policy", call="kms:GetKeyPolicy", arguments=_policy, pick=first("Policy")
    ),
    Detail(kind=KEY, aspect="grants", call="kms:ListGrants", arguments=_key, pick=joined("Grants")),
    Detail(
        kind="aws-region",
        aspect="kms_aliases",
        call="kms:ListAliases",
        arguments=lambda _: {},
        pick=joined("Aliases"),
    ),
)
