"""Security Hub: whether it is on in a region."""

from typing import Final

from ringwall.posture.collecting.shape import Detail, joined, whole

_OFF: Final = frozenset({"InvalidAccessException", "ResourceNotFoundException"})
DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="security_hub",
        call="securityhub:DescribeHub",
        arguments=lambda _: {},
        pick=whole,
        absent=_OFF,
    ),
    Detail(
        kind="aws-region",
        aspect="security_hub_standards",
        call="securityhub:GetEnabledStandards",
        arguments=lambda _: {},
        pick=joined("StandardsSubscriptions"),
        absent=_OFF,
    ),
)
