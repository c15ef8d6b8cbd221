"""Open the gateway of an installation."""

from typing import TYPE_CHECKING

from ringwall.core.clock import SystemClock
from ringwall.gateway.layout import Layout
from ringwall.gateway.standing import Standing
from ringwall.lake.finding import find_bucket
from ringwall.runtime.installation import Installation

if TYPE_CHECKING:
    from ringwall.gateway.service import Gateway


def layout_of(installation: Installation) -> Layout:
    """Where the installation's gateway keeps its things."""
    found = Layout(installation.config.parent, installation.state, installation.run)
    find_bucket(installation, found.log.log)
    return found


def open_standing(installation: Installation) -> Standing:
    """The gateway over the installation's state folder, to be read."""
    clock = SystemClock()
    return Standing(layout_of(installation), sections=installation.sections, clock=clock)


def open_gateway(installation: Installation) -> "Gateway":
    """The same, to be changed."""
    from ringwall.gateway.service import Gateway  # noqa: PLC0415 - not for who only reads

    return Gateway(layout_of(installation), sections=installation.sections, clock=SystemClock())
