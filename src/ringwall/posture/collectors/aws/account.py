"""The account: whom AWS reaches in an emergency, and which organisation it is in."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, first, joined
from ringwall.posture.snapshot.snapshot import Seen


def _security(_: Seen) -> Mapping[str, Any]:
    return {"AlternateContactType": "SECURITY"}


DETAILS: Final = (
    Detail(
        kind="aws-account",
        aspect="security_contact",
        call="account:GetAlternateContact",
        arguments=_security,
        pick=first("AlternateContact"),
        absent=frozenset({"ResourceNotFoundException"}),
        region="us-east-1",
    ),
    Detail(
        kind="aws-account",
        aspect="organization",
        call="organizations:DescribeOrganization",
        arguments=lambda _: {},
        pick=first("Organization"),
        absent=frozenset({"AWSOrganizationsNotInUseException"}),
        region="us-east-1",
    ),
    Detail(
        kind="aws-account",
        aspect="organization_accounts",
        call="organizations:ListAccounts",
        arguments=lambda _: {},
        pick=joined("Accounts"),
        absent=frozenset({"AWSOrganizationsNotInUseException"}),
        region="us-east-1",
    ),
)
