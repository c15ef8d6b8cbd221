"""What a person reads when everything has started."""

from ringwall.gateway.opening import open_gateway
from ringwall.gateway.service import Wanted
from ringwall.gateway.versions import Version
from ringwall.runtime.installation import Installation
from ringwall.runtime.output import say


def welcome(installation: Installation, version: Version) -> None:
    """Print where to go."""
    configuration = open_gateway(installation).in_force()
    if configuration is None:
        return
    wanted = Wanted.of(configuration)
    edge = wanted.edge
    port = edge.public_port or edge.listen.port
    suffix = "" if port == 443 else f":{port}"
    say("")
    say(f"Ringwall is up: version {version.number} of {installation.config.name}", style="bold")
    for host in edge.hosts:
        if not host.startswith("*."):
            say(f"  https://{host}{suffix}/", style="cyan")
    local = [h for h, s in edge.hosts.items() if s.certificate.source == "local"]
    if local:
        say("  `ringwall trust` tells how to make browsers trust the local authority")
    say(f"  health, readiness and metrics: http://{edge.private}/readyz")
    say("  `ringwall status` in another terminal tells how it is; Ctrl-C ends every process")
    say("")
