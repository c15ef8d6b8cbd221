"""Where things lie below the state folder, in one place."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringwall.gateway.envoy.resources import Folder
from ringwall.lake.places import Places

EDGE: Final = "edge"


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one installation.

    ``root`` is the configuration's folder, from which its relative paths are taken; ``state`` is
    kept, ``run`` holds sockets and logs of the present run and has a short name.
    """

    root: Path
    state: Path
    run: Path

    def xds(self, proxy: str) -> Folder:
        """The xDS folder of the edge or of ``sidecar-<service>``."""
        return Folder(str(self.state / "xds" / proxy))

    def bootstrap(self, proxy: str) -> Path:
        """The bootstrap file of one Envoy."""
        return self.state / "xds" / proxy / "bootstrap.json"

    def admin(self, proxy: str) -> Path:
        """The admin socket of one Envoy."""
        return self.run / f"{proxy}.sock"

    @property
    def web(self) -> Path:
        """The socket of Ringwall's own web process."""
        return self.run / "web.sock"

    @property
    def callouts(self) -> Path:
        """The socket of the process that answers call-outs."""
        return self.run / "callouts.sock"

    @property
    def sentry(self) -> Path:
        """What the sentry tells of this moment."""
        return self.run / "sentry"

    @property
    def attacks(self) -> Path:
        """The attacks that the sentry recognised, one file each."""
        return self.state / "attacks"

    @property
    def reviewed(self) -> Path:
        """What the last review of the record found to be used."""
        return self.state / "access" / "reviewed.json"

    @property
    def quotas(self) -> Path:
        """The socket of the process that counts shared limits."""
        return self.run / "quotas.sock"

    @property
    def access_log(self) -> Path:
        """The edge's access record of people and programs whom it knows."""
        return self.state / "spool" / "edge" / "access.jsonl"

    @property
    def strangers_log(self) -> Path:
        """The edge's record of all other requests."""
        return self.state / "spool" / "edge" / "strangers.jsonl"

    @property
    def records(self) -> tuple[Path, Path]:
        """Both."""
        return self.access_log, self.strangers_log

    @property
    def log(self) -> Places:
        """Where things of the log lie, in which the record ends up."""
        return Places(self.state, self.run)

    @property
    def shadow_log(self) -> Path:
        """The requests that a shadow would have decided otherwise."""
        return self.state / "spool" / "edge" / "shadow.jsonl"

    @property
    def verdicts(self) -> Path:
        """What Envoy has found good before."""
        return self.state / "verdicts.json"

    @property
    def shadow(self) -> Path:
        """The policies that run beside those in force, and what is known of them."""
        return self.state / "shadow"

    @property
    def versions(self) -> Path:
        """The configurations that were applied."""
        return self.state / "versions"

    @property
    def acme(self) -> Path:
        """The account, orders, attempts and certificates of ACME."""
        return self.state / "acme"

    @property
    def challenges(self) -> Path:
        """Answers to ACME HTTP-01 challenges, one file a token."""
        return self.acme / "challenges"


def sidecar_proxy(service: str) -> str:
    """The name of a service's sidecar among the proxies."""
    return f"sidecar-{service}"
