"""What a person reads when everything has started."""

from datetime import UTC, datetime

from ringwall.gateway.config import EDGE, Edge
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.versions import Version
from ringwall.identity import facts as facts_file
from ringwall.identity import first
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
    link = first_administrator(installation)
    if link is not None:
        say("Nobody can sign in yet. This makes the first administrator, within 15 minutes:")
        show(f"  {link}", style="bold cyan")
        say("")
    if any(one.certificate.source == "local" for one in edge.hosts.values()):
        say("  ringwall trust    ", "make browsers trust these certificates")
    say("  ringwall status   ", "how everything fares")
    show(f"  http://{edge.private}/readyz, /metrics for monitoring")
    if not detached:
        say("  Ctrl-C ends every process")
    say("")


def first_administrator(installation: Installation) -> str | None:
    """A one-time link that makes the first administrator; ``None`` once there is one."""
    facts = facts_file.read(installation.state)
    if facts.settings.host is None:
        return None
    return first.first_link(installation.state, facts, datetime.now(UTC))


def address_of(edge: Edge, host: str) -> str:
    """Where people go for a host; for a wildcard, an example."""
    port = edge.public_port or edge.listen.port
    name = host.replace("*", "name")
    return f"https://{name}/" if port == 443 else f"https://{name}:{port}/"
