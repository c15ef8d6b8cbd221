"""EventBridge: buses of events, and who may put some on them."""

from typing import Final

from ringwall.posture.collecting.shape import described

LISTINGS: Final = (
    described("aws-events-bus", "events:ListEventBuses", "EventBuses", "Arn", "Name"),
)
