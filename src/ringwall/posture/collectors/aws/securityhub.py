"""Security Hub: whether it is on in a region."""

from typing import Final

from ringwall.posture.collecting.shape import Detail, whole

DETAILS: Final = (
    Detail(
        kind="aws-region",
        aspect="security_hub",
        call="securityhub:DescribeHub",
        arguments=lambda _: {},
        pick=whole,
        absent=frozenset({"InvalidAccessException", "ResourceNotFoundException"}),
    ),
)
