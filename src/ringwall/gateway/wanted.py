"""The parts of a configuration that the gateway is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ringwall.access.config import ACCESS, Access
from ringwall.access.kept_out import kept_out
from ringwall.access.model import World
from ringwall.access.policies import PolicySet, read
from ringwall.access.roles import all_included, roles_in, with_all_askers
from ringwall.findings.config import FINDINGS, Findings
from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.compiled import Compiled, compiled
from ringwall.gateway.config import EDGE, ROUTES, Edge, Route
from ringwall.gateway.world import world_of
from ringwall.identity.config import IDENTITY, Identity
from ringwall.identity.facts import Facts
from ringwall.inventory.config import SERVICES, Service
from ringwall.lake.config import LOG, Log
from ringwall.runtime.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Wanted:
    """What there is to be: the edge, the services, and which routes lead to them.

    ``version`` is the hash of the configuration, by which call-outs name it. ``shadow`` are
    policies that run beside those in force, and are only counted.
    """

    edge: Edge
    services: Mapping[str, Service]
    routes: tuple[Route, ...]
    identity: Identity
    access: Access
    availability: Availability
    policies: PolicySet | None = None
    version: str = ""
    shadow: PolicySet | None = None
    log: Log = field(default_factory=Log)
    findings: Findings = field(default_factory=Findings)

    @classmethod
    def of(cls, configuration: Configuration) -> "Wanted":
        """Take them out of a loaded configuration."""
        return cls(
            configuration.one(Edge, EDGE),
            configuration.map(Service, SERVICES),
            configuration.list(Route, ROUTES),
            _found(configuration.one(Identity, IDENTITY), configuration.root),
            configuration.one(Access, ACCESS),
            configuration.one(Availability, AVAILABILITY),
            read(configuration.attached) if configuration.attached else None,
            configuration.hash,
            log=configuration.one(Log, LOG) if LOG in configuration.items else Log(),
            findings=(
                configuration.one(Findings, FINDINGS)
                if FINDINGS in configuration.items
                else Findings()
            ),
        )

    @property
    def world(self) -> World:
        """What policies speak of."""
        return world_of(
            self.access, services=self.services, routes=self.routes, identity=self.identity
        )

    @property
    def compiled(self) -> Compiled | None:
        """The policies for the edge; ``None`` where there are none, so that routes alone decide."""
        return None if self.policies is None else compiled(self.policies, self.world)

    @property
    def compiled_shadow(self) -> Compiled | None:
        """The policies that are only counted, for the edge."""
        return None if self.shadow is None else compiled(self.shadow, self.world)

    @property
    def has_callouts(self) -> bool:
        """Whether Cedar's engine is asked for anything."""
        found = self.compiled
        return found is not None and bool(found.called_out)

    @property
    def has_quotas(self) -> bool:
        """Whether anything is counted for several hosts or edges together."""
        return bool(self.availability.counted_together())

    @property
    def facts(self) -> Facts:
        """What the processes of identity are told."""
        return Facts(
            settings=self.identity,
            port=self.edge.public_port or self.edge.listen.port,
            hosts=tuple(sorted(self.edge.hosts)),
            certificate_hosts=tuple(
                sorted(n for n, h in self.edge.hosts.items() if h.client_certificates is not None)
            ),
            dated_hosts=self._dated_hosts(),
            roles={name: role.holders for name, role in roles_in(self.access).items()},
            includes=all_included(roles_in(self.access)),
            groups=self.access.groups,
            kept_out=kept_out(self.policies, roles_in(self.access)),
            requests=with_all_askers(self.access),
        )

    def _dated_hosts(self) -> tuple[str, ...]:
        """Hosts where something asks how long ago somebody was proven."""
        found = {h for r in self.routes if r.factor_within is not None for h in r.hosts}
        for policies in (self.compiled, self.compiled_shadow):
            if policies is not None:
                found |= policies.dated_hosts() & self.edge.hosts.keys()
        return tuple(sorted(found))

    @property
    def sidecars(self) -> tuple[str, ...]:
        """The services that have a sidecar, by name."""
        return tuple(sorted(n for n, s in self.services.items() if s.sidecar is not None))


def _found(identity: Identity, root: Path) -> Identity:
    """With paths that hold in whatever folder a process works."""
    if identity.places is None:
        return identity
    return identity.model_copy(update={"places": str(root / identity.places)})
