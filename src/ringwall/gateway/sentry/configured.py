"""What the configuration in force says that may change while the sentry runs."""

import json
from ipaddress import ip_network
from pathlib import Path

from ringwall.gateway.sentry.networks import Network


class Configured:
    """Reads the file whenever it is another one; of a damaged one it takes nothing.

    :mod:`ringwall.gateway.sources.told` writes it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._hosts: frozenset[str] = frozenset()
        self._spared: tuple[Network, ...] = ()

    @property
    def hosts(self) -> frozenset[str]:
        """The names of the edge's hosts."""
        self._read()
        return self._hosts

    def spares(self, network: Network) -> bool:
        """Whether nothing of a network would be denied, whoever said so: this machine's own."""
        self._read()
        return any(
            one.version == network.version
            and one.prefixlen <= network.prefixlen
            and one.overlaps(network)
            for one in self._spared
        )

    def _read(self) -> None:
        try:
            found = self._file.stat()
            seen = found.st_ino, found.st_mtime_ns
            if seen != self._seen:
                told = json.loads(self._file.read_bytes())
                hosts = frozenset(map(str, told["hosts"]))
                self._spared, self._hosts = tuple(map(ip_network, told["spared"])), hosts
                self._seen = seen
        except (OSError, ValueError, KeyError, TypeError):
            pass
