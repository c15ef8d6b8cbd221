"""Registered domains: all of an account are told in one region."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, Within, whole
from ringwall.posture.snapshot.snapshot import Seen

DOMAIN: Final = "aws-route53domains-domain"
_HOME: Final = "us-east-1"


def _domains(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("Domains") or ():
        name = f"arn:{where.partition}:route53domains:::domain/{one['DomainName']}"
        label = one["DomainName"]
        yield Item(kind=DOMAIN, name=name, label=label, region="", aspects={"listed": one})


def _domain(seen: Seen) -> Mapping[str, Any]:
    return {"DomainName": seen.found.label}


def _detail(pages: list[Mapping[str, Any]]) -> Any:
    """Whether people are named, not who they are."""
    names = ("AdminPrivacy", "RegistrantPrivacy", "TechPrivacy", "BillingPrivacy", "StatusList")
    return {name: told for name, told in whole(pages).items() if name in names}


LISTINGS: Final = (
    Listing(
        kinds=(DOMAIN,),
        call="route53domains:ListDomains",
        read=_domains,
        within=Within.ACCOUNT,
        region=_HOME,
    ),
)
DETAILS: Final = (
    Detail(
        kind=DOMAIN,
        aspect="registration",
        call="route53domains:GetDomainDetail",
        arguments=_domain,
        pick=_detail,
        region=_HOME,
    ),
)
