"""Open the gateway of an installation."""

from ringwall.core.clock import SystemClock
from ringwall.gateway.layout import Layout
from ringwall.gateway.service import Gateway
from ringwall.lake.finding import find_bucket
from ringwall.runtime.installation import Installation


def layout_of(installation: Installation) -> Layout:
    """Where the installation's gateway keeps its things."""
    found = Layout(installation.config.parent, installation.state, installation.run)
    find_bucket(installation, found.log.log)
    return found


def open_gateway(installation: Installation) -> Gateway:
    """The gateway over the installation's state folder."""
    return Gateway(layout_of(installation), sections=installation.sections, clock=SystemClock())
