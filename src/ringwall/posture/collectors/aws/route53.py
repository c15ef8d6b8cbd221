"""Route 53: zones, whether they are signed, and whether questions are logged."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, Within, joined, whole
from ringwall.posture.snapshot.snapshot import Seen

ZONE: Final = "aws-route53-zone"


def _zones(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("HostedZones") or ():
        short = one["Id"].rpartition("/")[2]
        name = f"arn:{where.partition}:route53:::hostedzone/{short}"
        label = one["Name"].rstrip(".")
        yield Item(kind=ZONE, name=name, label=label, region="", aspects={"listed": one})


def _zone(seen: Seen) -> Mapping[str, Any]:
    return {"HostedZoneId": seen.found.name.rpartition("/")[2]}


def _public(seen: Seen) -> Mapping[str, Any] | None:
    is_private = seen.aspects["listed"].value["Config"].get("PrivateZone")
    return None if is_private else _zone(seen)


LISTINGS: Final = (
    Listing(kinds=(ZONE,), call="route53:ListHostedZones", read=_zones, within=Within.ACCOUNT),
)
DETAILS: Final = (
    Detail(
        kind=ZONE,
        aspect="records",
        call="route53:ListResourceRecordSets",
        arguments=_public,
        pick=joined("ResourceRecordSets"),
    ),
    Detail(kind=ZONE, aspect="dnssec", call="route53:GetDNSSEC", arguments=_public, pick=whole),
    Detail(
        kind=ZONE,
        aspect="query_logging",
        call="route53:ListQueryLoggingConfigs",
        arguments=_public,
        pick=joined("QueryLoggingConfigs"),
    ),
)
