"""Commands about the command itself."""

import platform

from ringwall import __version__
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say


@command()
def version(*, as_json: AsJson = False) -> None:
    """Print the versions of Ringwall, of the Envoy it brings, and of Python."""
    from ringwall.gateway.binary import envoy_version  # noqa: PLC0415 - starts a process

    found = {
        "ringwall": __version__,
        "envoy": envoy_version(),
        "python": platform.python_version(),
    }
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        say(f"{name} {value}")
