"""API Gateway: REST APIs, and the later HTTP and WebSocket ones; all is read by one permission."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Batches, Detail, Item, Listing, Where, joined, tags_of
from ringwall.posture.snapshot.snapshot import Seen

REST: Final = "aws-apigateway-rest-api"
REST_STAGE: Final = "aws-apigateway-rest-stage"
API: Final = "aws-apigateway-api"
STAGE: Final = "aws-apigateway-stage"
DOMAIN: Final = "aws-apigateway-domain"
LINK: Final = "aws-apigateway-vpc-link"
_GET: Final = "apigateway:GET"


def _arn(where: Where, path: str) -> str:
    return f"arn:{where.partition}:apigateway:{where.region}::{path}"


def _item(kind: str, where: Where, path: str, label: str, told: Mapping[str, Any]) -> Item:
    tags = tags_of(told.get("tags") or told.get("Tags"))
    return Item(kind=kind, name=_arn(where, path), label=label, tags=tags, aspects={"listed": told})


def _rest(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("items") or ():
        yield _item(REST, where, f"/restapis/{one['id']}", one.get("name") or one["id"], one)


def _rest_stages(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    api = where.asked["restApiId"]
    for one in page.get("item") or ():
        path = f"/restapis/{api}/stages/{one['stageName']}"
        yield _item(REST_STAGE, where, path, f"{api}/{one['stageName']}", one)


def _apis(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("Items") or ():
        yield _item(API, where, f"/apis/{one['ApiId']}", one.get("Name") or one["ApiId"], one)


def _stages(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    api = where.asked["ApiId"]
    for one in page.get("Items") or ():
        path = f"/apis/{api}/stages/{one['StageName']}"
        yield _item(STAGE, where, path, f"{api}/{one['StageName']}", one)


def _domains(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("items") or ():
        yield _item(DOMAIN, where, f"/domainnames/{one['domainName']}", one["domainName"], one)


def _links(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    """Those of REST APIs: of the later ones the integration itself says where it leads."""
    for one in page.get("items") or ():
        yield _item(LINK, where, f"/vpclinks/{one['id']}", one.get("name") or one["id"], one)


def _id(seen: Seen) -> str:
    return seen.found.name.rpartition("/")[2]


LISTINGS: Final = (
    Listing(
        kinds=(REST,),
        call="apigateway:GetRestApis",
        read=_rest,
        arguments={"limit": 500},
        action=_GET,
    ),
    Listing(
        kinds=(REST_STAGE,),
        call="apigateway:GetStages",
        read=_rest_stages,
        action=_GET,
        batches=Batches(kind=REST, most=1, arguments=lambda some: {"restApiId": _id(some[0])}),
    ),
    Listing(kinds=(API,), call="apigatewayv2:GetApis", read=_apis, action=_GET),
    Listing(
        kinds=(STAGE,),
        call="apigatewayv2:GetStages",
        read=_stages,
        action=_GET,
        batches=Batches(kind=API, most=1, arguments=lambda some: {"ApiId": _id(some[0])}),
    ),
    Listing(
        kinds=(DOMAIN,),
        call="apigateway:GetDomainNames",
        read=_domains,
        arguments={"limit": 500},
        action=_GET,
    ),
    Listing(
        kinds=(LINK,),
        call="apigateway:GetVpcLinks",
        read=_links,
        arguments={"limit": 500},
        action=_GET,
    ),
)
DETAILS: Final = (
    Detail(
        kind=REST,
        aspect="resources",
        call="apigateway:GetResources",
        arguments=lambda seen: {"restApiId": _id(seen), "embed": ["methods"], "limit": 500},
        pick=joined("items"),
        action=_GET,
    ),
    Detail(
        kind=API,
        aspect="routes",
        call="apigatewayv2:GetRoutes",
        arguments=lambda seen: {"ApiId": _id(seen)},
        pick=joined("Items"),
        action=_GET,
    ),
    Detail(
        kind=API,
        aspect="integrations",
        call="apigatewayv2:GetIntegrations",
        arguments=lambda seen: {"ApiId": _id(seen)},
        pick=joined("Items"),
        action=_GET,
    ),
)
