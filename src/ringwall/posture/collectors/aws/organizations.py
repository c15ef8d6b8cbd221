"""Organizations: its policies and delegates, which its management account alone may list."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, Within, joined
from ringwall.posture.snapshot.snapshot import Seen

POLICY: Final = "aws-organizations-policy"
RESOURCE_POLICY: Final = "aws-organizations-resource-control-policy"
AI_POLICY: Final = "aws-organizations-ai-opt-out-policy"
TAG_POLICY: Final = "aws-organizations-tag-policy"
_HOME: Final = "us-east-1"
_NONE: Final = frozenset({"AWSOrganizationsNotInUseException"})


def _of(kind: str) -> Callable[[Mapping[str, Any], Where], Iterable[Item]]:
    def read(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
        for one in page.get("Policies") or ():
            yield Item(
                kind=kind, name=one["Arn"], label=one["Name"], region="", aspects={"listed": one}
            )

    return read


def _policy(seen: Seen) -> Mapping[str, Any]:
    return {"PolicyId": seen.aspects["listed"].value["Id"]}


def _content(pages: list[Mapping[str, Any]]) -> Any:
    return (pages[0].get("Policy") or {}).get("Content")


def _listing(kind: str, of_type: str) -> Listing:
    return Listing(
        kinds=(kind,),
        call="organizations:ListPolicies",
        read=_of(kind),
        within=Within.ACCOUNT,
        arguments={"Filter": of_type},
        region=_HOME,
        absent=_NONE,
    )


def _delegated(aspect: str, service: str = "") -> Detail:
    """To which accounts its management account has given a service, or any, of all accounts."""
    arguments = {"ServicePrincipal": f"{service}.amazonaws.com"} if service else {}
    return Detail(
        kind="aws-account",
        aspect=aspect,
        call="organizations:ListDelegatedAdministrators",
        arguments=lambda _: arguments,
        pick=joined("DelegatedAdministrators"),
        region=_HOME,
        absent=_NONE,
    )


def _details(kind: str) -> tuple[Detail, ...]:
    return (
        Detail(
            kind=kind,
            aspect="content",
            call="organizations:DescribePolicy",
            arguments=_policy,
            pick=_content,
            region=_HOME,
        ),
        Detail(
            kind=kind,
            aspect="targets",
            call="organizations:ListTargetsForPolicy",
            arguments=_policy,
            pick=joined("Targets"),
            region=_HOME,
        ),
    )


LISTINGS: Final = (
    _listing(POLICY, "SERVICE_CONTROL_POLICY"),
    _listing(RESOURCE_POLICY, "RESOURCE_CONTROL_POLICY"),
    _listing(AI_POLICY, "AISERVICES_OPT_OUT_POLICY"),
    _listing(TAG_POLICY, "TAG_POLICY"),
)
DETAILS: Final = (
    *_details(POLICY),
    *_details(RESOURCE_POLICY),
    *_details(AI_POLICY),
    *_details(TAG_POLICY),
    _delegated("delegated_administrators"),
    _delegated("delegated_guardduty", "guardduty"),
    _delegated("delegated_security_hub", "securityhub"),
    Detail(
        kind="aws-account",
        aspect="root_features",
        call="iam:ListOrganizationsFeatures",
        arguments=lambda _: {},
        pick=joined("EnabledFeatures"),
        absent=frozenset({"OrganizationNotFoundException", "ServiceAccessNotEnabledException"}),
    ),
)
