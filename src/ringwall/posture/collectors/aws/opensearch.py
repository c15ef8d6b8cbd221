"""OpenSearch: domains, five in one call."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Batches, Item, Listing, Where

DOMAIN: Final = "aws-opensearch-domain"


def _domains(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("DomainNames") or ():
        name = one["DomainName"]
        yield Item(kind=DOMAIN, name=where.arn(f"es:domain/{name}"), label=name)


def _described(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("DomainStatusList") or ():
        yield Item(
            kind=DOMAIN,
            name=where.arn(f"es:domain/{one['DomainName']}"),
            label=one["DomainName"],
            aspects={"described": one},
        )


LISTINGS: Final = (
    Listing(kinds=(DOMAIN,), call="opensearch:ListDomainNames", read=_domains),
    Listing(
        kinds=(),
        told=(f"{DOMAIN}.described",),
        call="opensearch:DescribeDomains",
        read=_described,
        batches=Batches(
            kind=DOMAIN,
            most=5,
            arguments=lambda some: {"DomainNames": [one.found.label for one in some]},
        ),
    ),
)
DETAILS: Final = ()
