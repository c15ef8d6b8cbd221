"""What a person reads when everything has started."""

from ringwall.gateway.config import EDGE, Edge
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.versions import Version
from ringwall.runtime.installation import Installation
from ringwall.runtime.output import say, show


def welcome(installation: Installation, version: Version, *, detached: bool = False) -> None:
    """Print where to go."""
    configuration = open_gateway(installation).in_force()
    if configuration is None:
        return
    edge = configuration.one(Edge, EDGE)
    say("")
    say(f"Ringwall is up: version {version.number} of {installation.config.name}", style="bold")
    say("")
    for host in edge.hosts:
        if not host.startswith("*."):
            show(f"  {address_of(edge, host)}", style="bold cyan")
    for host in edge.hosts:
        if host.startswith("*."):
            show(f"  and every {host}", style="cyan")
    say("")
    if any(one.certificate.source == "local" for one in edge.hosts.values()):
        say("  ringwall trust    ", "make browsers trust these certificates")
    say("  ringwall status   ", "how everything fares")
    show(f"  http://{edge.private}/readyz, /metrics for monitoring")
    if not detached:
        say("  Ctrl-C ends every process")
    say("")


def address_of(edge: Edge, host: str) -> str:
    """Where people go for a host; for a wildcard, an example."""
    port = edge.public_port or edge.listen.port
    name = host.replace("*", "name")
    return f"https://{name}/" if port == 443 else f"https://{name}:{port}/"
