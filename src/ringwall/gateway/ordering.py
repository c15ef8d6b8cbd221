"""Order certificates from the ACME authority, whatever is due or one at once, and show them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.acme_client import AcmeClient, Challenge, Renewal
from ringwall.gateway.certificates.acme_order import Tell
from ringwall.gateway.certificates.credential import Credential, CredentialError
from ringwall.gateway.challenges import EdgePublisher
from ringwall.gateway.config import Acme, HostSettings
from ringwall.gateway.envoy.resources import UNKNOWN_HOST
from ringwall.gateway.layout import EDGE
from ringwall.gateway.ordered_hosts import ordered_hosts
from ringwall.gateway.service import Gateway
from ringwall.gateway.wanted import Wanted

_POLL: Final = 0.1


class Ordering:
    """The ``source: acme`` hosts of the configuration in force. ``tell`` hears of every step."""

    def __init__(self, gateway: Gateway, *, tell: Tell) -> None:
        self._gateway = gateway
        self.hosts: Mapping[str, Challenge] = {}
        configuration = gateway.in_force()
        if configuration is None:
            return
        edge = Wanted.of(configuration).edge
        if edge.acme is None:
            return
        self.hosts = ordered_hosts(edge)
        self._publisher = EdgePublisher(gateway.layout, edge, held=self._held)
        self._client = AcmeClient(
            gateway.layout.state,
            _rooted(edge.acme, configuration.root),
            store=gateway.certificates,
            publisher=self._publisher,
            clock=SystemClock(),
            tell=tell,
        )

    def edge_runs(self, *, within: float = 0.0) -> bool:
        """Whether the edge is there to show answers, waiting ``within`` seconds for its start."""
        deadline = time.monotonic() + within
        while not self._gateway.admin(EDGE).ready():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL)
        return True

    def due(self) -> Iterator[Renewal]:
        """Look at every host and order what is due; a failed order waits before the next."""
        if self.hosts:
            self._publisher.refresh()
        for host in self.hosts:
            yield self.order(host, force=False)

    def order(self, host: str, *, force: bool) -> Renewal:
        """Look at one of ``hosts``; with ``force`` order though nothing is due.

        A new certificate is at the edge when this returns. After a failure even ``force`` waits.
        """
        found = self._client.renew(host, self.hosts[host], force=force)
        if found.changed:
            # Another host's unusable files keep nothing from being shown, and are told elsewhere.
            with suppress(CredentialError):
                self._gateway.renew()
        return found

    def _held(self) -> Credential:
        return self._gateway.certificates.for_host(UNKNOWN_HOST, HostSettings())


def _rooted(acme: Acme, root: Path) -> Acme:
    if acme.trusted_roots is None:
        return acme
    return acme.model_copy(update={"trusted_roots": str(root / acme.trusted_roots)})
