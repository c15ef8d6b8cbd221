"""AWS Config: recorders and where they deliver to."""

from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, joined


def _of_region(aspect: str, call: str, member: str) -> Detail:
    pick: Any = joined(member)
    return Detail(
        kind="aws-region", aspect=aspect, call=f"config:{call}", arguments=lambda _: {}, pick=pick
    )


DETAILS: Final = (
    _of_region("config_recorders", "DescribeConfigurationRecorders", "ConfigurationRecorders"),
    _of_region(
        "config_status", "DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus"
    ),
    _of_region("config_channels", "DescribeDeliveryChannels", "DeliveryChannels"),
)
