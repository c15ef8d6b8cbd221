"""Organizations: the service control policies, which its management account alone may list."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Item, Listing, Where, Within, joined
from ringwall.posture.snapshot.snapshot import Seen

POLICY: Final = "aws-organizations-policy"
_HOME: Final = "us-east-1"
_NONE: Final = frozenset({"AWSOrganizationsNotInUseException"})


def _policies(page: Mapping[str, Any], where: Where) -> Iterable[Item]:
    for one in page.get("Policies") or ():
        yield Item(
            kind=POLICY, name=one["Arn"], label=one["Name"], region="", aspects={"listed": one}
        )


def _policy(seen: Seen) -> Mapping[str, Any]:
    return {"PolicyId": seen.aspects["listed"].value["Id"]}


def _content(pages: list[Mapping[str, Any]]) -> Any:
    return (pages[0].get("Policy") or {}).get("Content")


LISTINGS: Final = (
    Listing(
        kinds=(POLICY,),
        call="organizations:ListPolicies",
        read=_policies,
        within=Within.ACCOUNT,
        arguments={"Filter": "SERVICE_CONTROL_POLICY"},
        region=_HOME,
        absent=_NONE,
    ),
)
DETAILS: Final = (
    Detail(
        kind=POLICY,
        aspect="content",
        call="organizations:DescribePolicy",
        arguments=_policy,
        pick=_content,
        region=_HOME,
    ),
    Detail(
        kind=POLICY,
        aspect="targets",
        call="organizations:ListTargetsForPolicy",
        arguments=_policy,
        pick=joined("Targets"),
        region=_HOME,
    ),
    Detail(
        kind="aws-account",
        aspect="root_features",
        call="iam:ListOrganizationsFeatures",
        arguments=lambda _: {},
        pick=joined("EnabledFeatures"),
        absent=frozenset({"OrganizationNotFoundException", "ServiceAccessNotEnabledException"}),
    ),
)
