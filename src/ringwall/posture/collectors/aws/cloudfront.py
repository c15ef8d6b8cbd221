"""CloudFront: distributions, which are in no region."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, Within, first

DISTRIBUTION: Final = "aws-cloudfront-distribution"


def _distributions(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in (page.get("DistributionList") or {}).get("Items") or ():
        names = (one.get("Aliases") or {}).get("Items") or ()
        yield Item(
            kind=DISTRIBUTION,
            name=one["ARN"],
            label=names[0] if names else one["DomainName"],
            region="",
            aspects={"listed": one},
        )


LISTINGS: Final = (
    Listing(
        kinds=(DISTRIBUTION,),
        call="cloudfront:ListDistributions",
        read=_distributions,
        within=Within.ACCOUNT,
    ),
)
DETAILS: Final = (
    Detail(
        kind=DISTRIBUTION,
        aspect="config",
        call="cloudfront:GetDistributionConfig",
        arguments=lambda seen: {"Id": seen.found.name.rpartition("/")[2]},
        pick=first("DistributionConfig"),
    ),
    Detail(
        kind="aws-account",
        aspect="cloudfront_logged",
        call="logs:DescribeDeliverySources",
        arguments=lambda _: {},
        pick=lambda pages: [
            arn
            for page in pages
            for one in page.get("deliverySources") or ()
            if one.get("service") == "cloudfront"
            for arn in one.get("resourceArns") or ()
        ],
        region="us-east-1",
    ),
)
