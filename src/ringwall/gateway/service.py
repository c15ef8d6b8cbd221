"""The front door of the edge: judge a configuration, apply it, keep its certificates fresh."""

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringwall.core.clock import Clock
from ringwall.gateway import xds
from ringwall.gateway.admin import Admin
from ringwall.gateway.binary import validate
from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.private_files import locked, private_folder
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import EDGE as EDGE_SECTION
from ringwall.gateway.config import ROUTES, Edge, HostSettings, Route
from ringwall.gateway.envoy import edge as edge_builder
from ringwall.gateway.envoy import sidecar as sidecar_builder
from ringwall.gateway.envoy import tls
from ringwall.gateway.envoy.clusters import EDGE_IDENTITY
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.resources import Json
from ringwall.gateway.layout import EDGE, Layout, sidecar_proxy
from ringwall.gateway.versions import Version, VersionStore
from ringwall.inventory.config import SERVICES, Service, UpstreamTls
from ringwall.runtime.configuration import Address, Configuration, Section


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parts of a configuration that the gateway is made of."""

    edge: Edge
    services: Mapping[str, Service]
    routes: tuple[Route, ...]

    @classmethod
    def of(cls, configuration: Configuration) -> "Wanted":
        """Take them out of a loaded configuration."""
        return cls(
            configuration.one(Edge, EDGE_SECTION),
            configuration.map(Service, SERVICES),
            configuration.list(Route, ROUTES),
        )

    @property
    def sidecars(self) -> tuple[str, ...]:
        """The services that have a sidecar, by name."""
        return tuple(sorted(n for n, s in self.services.items() if s.sidecar is not None))


class Gateway:
    """One edge and the sidecars of its machine. Safe for several threads and processes."""

    def __init__(self, layout: Layout, *, sections: tuple[Section, ...], clock: Clock) -> None:
        self.layout = layout
        self.certificates = CertificateStore(layout.state, clock=clock)
        self.versions = VersionStore(layout.versions)
        self._sections, self._clock = sections, clock
        self._mutex = threading.Lock()

    def admin(self, proxy: str) -> Admin:
        """A client of one Envoy's admin interface."""
        return Admin(self.layout.admin(proxy))

    def in_force(self) -> Configuration | None:
        """The configuration applied last, or ``None`` before the first."""
        version = self.versions.latest()
        return None if version is None else self.versions.load(version, self._sections)

    def render(self, wanted: Wanted) -> dict[str, Rendering]:
        """Every Envoy's configuration by proxy name. Pure: nothing is written."""
        renderings = {
            EDGE: edge_builder.render_edge(
                edge=wanted.edge,
                services=wanted.services,
                table=wanted.routes,
                folder=self.layout.xds(EDGE),
                admin_socket=str(self.layout.admin(EDGE)),
                web=Address(path=str(self.layout.web)),
                log=str(self.layout.access_log),
            )
        }
        for name in wanted.sidecars:
            sidecar = wanted.services[name].sidecar
            if sidecar is not None:
                proxy = sidecar_proxy(name)
                renderings[proxy] = sidecar_builder.render_sidecar(
                    name,
                    services=wanted.services,
                    sidecar=sidecar,
                    routes=wanted.routes,
                    trust_domain=wanted.edge.trust_domain,
                    folder=self.layout.xds(proxy),
                    admin_socket=str(self.layout.admin(proxy)),
                )
        return renderings

    def judge(self, configuration: Configuration) -> dict[str, Rendering]:
        """Have Envoy itself judge a configuration, and return what is built from it.

        Raises ``EnvoyRefusedError`` or ``CredentialError``. Makes the certificates it needs and
        touches nothing that runs: of the secrets only files that are missing are written.
        """
        wanted = Wanted.of(configuration)
        renderings = self.render(wanted)
        with self._locked():
            self._write_secrets(wanted, configuration.root, only_missing=True)

        def judge_one(rendering: Rendering) -> None:
            validate(rendering.static(), folder=self.layout.state)

        with ThreadPoolExecutor(max_workers=4) as pool:
            list(pool.map(judge_one, renderings.values()))
        return renderings

    def apply(
        self, configuration: Configuration, *, author: str, reason: str, check: bool = True
    ) -> Version:
        """Put a configuration in force and return the version it became.

        Running Envoys take it without dropping a connection; for those not running the files are
        written for their start. The same configuration again is the same version again. When any
        Envoy refuses, :class:`~ringwall.gateway.xds.NotAcceptedError` is raised and what was in
        force is put back.
        """
        wanted = Wanted.of(configuration)
        renderings = self.judge(configuration) if check else self.render(wanted)
        with self._locked():
            self._write_secrets(wanted, configuration.root)
            latest = self.versions.latest()
            if latest is not None and latest.hash == configuration.hash:
                self._give(renderings, latest)
                return latest
            version = self.versions.begin(
                configuration, author=author, time=self._clock.now(), reason=reason
            )
            try:
                self._give(renderings, version)
            except xds.NotAcceptedError:
                self._put_back()
                self.versions.abandon(version)
                raise
            self.versions.commit(version)
            return version

    def restarts(self, configuration: Configuration) -> tuple[str, ...]:
        """The proxies whose bootstrap a configuration would change, which takes a restart."""
        found = []
        for proxy, rendering in self.render(Wanted.of(configuration)).items():
            path = self.layout.bootstrap(proxy)
            if path.exists() and json.loads(path.read_bytes()) != rendering.bootstrap:
                found.append(proxy)
        return tuple(found)

    def renew(self) -> tuple[Credential, ...]:
        """Renew what is due and show the new ones to the running Envoys; return those."""
        configuration = self.in_force()
        if configuration is None:
            return ()
        with self._locked():
            return self._write_secrets(Wanted.of(configuration), configuration.root)

    def _give(self, renderings: Mapping[str, Rendering], version: Version) -> None:
        tag = f"{version.number}-{version.hash[:12]}"
        for proxy, rendering in sorted(renderings.items(), key=lambda item: item[0] == EDGE):
            folder = Path(self.layout.xds(proxy).path)
            admin = self.admin(proxy)
            if admin.ready():
                xds.hand_over(folder, rendering, version=tag, admin=admin)
            else:
                xds.write_files(folder, rendering, version=tag)

    def _put_back(self) -> None:
        configuration, latest = self.in_force(), self.versions.latest()
        if configuration is not None and latest is not None:
            wanted = Wanted.of(configuration)
            self._write_secrets(wanted, configuration.root)
            for proxy, rendering in self.render(wanted).items():
                folder = Path(self.layout.xds(proxy).path)
                xds.write_files(folder, rendering, version=f"{latest.number}-{latest.hash[:12]}")

    def _write_secrets(
        self, wanted: Wanted, root: Path, *, only_missing: bool = False
    ) -> tuple[Credential, ...]:
        """Write every SDS file; return the credentials whose file changed."""
        edge_folder = self.layout.xds(EDGE)
        domain = wanted.edge.trust_domain
        roots = str(self.certificates.trust_bundle("services", trust_domain=domain))
        changed: list[Credential] = []

        def write(file: Path, resource: Json) -> bool:
            return not (only_missing and file.exists()) and xds.write_secret(file, resource)

        def put(file: str, name: str, credential: Credential) -> None:
            resource = tls.certificate_secret(
                name, chain=str(credential.chain), key=str(credential.key)
            )
            if write(Path(file), resource):
                changed.append(credential)

        def put_peers(file: str, name: str, services: tuple[str, ...]) -> None:
            ids = tuple(tls.spiffe_id(domain, one) for one in services)
            write(Path(file), tls.peers_secret(name, roots=roots, spiffe_ids=ids))

        hosts = {**wanted.edge.hosts, edge_builder.UNKNOWN_HOST: HostSettings()}
        for host, settings in hosts.items():
            file = edge_folder.file(edge_builder.host_secret_file(host))
            put(file, f"host:{host}", self.certificates.for_host(host, _rooted(settings, root)))
            if settings.certificate.source == "acme":
                # Shown for acme-tls/1 while no challenge is being answered.
                held = self.certificates.for_host(edge_builder.UNKNOWN_HOST, HostSettings())
                answer = Path(edge_folder.file(edge_builder.challenge_secret_file(host)))
                if not answer.exists():
                    put(str(answer), f"acme:{host}", held)
        own = self.certificates.for_service(EDGE_IDENTITY, trust_domain=domain)
        put(edge_folder.file(f"sds/service-{EDGE_IDENTITY}.json"), f"service:{EDGE_IDENTITY}", own)
        for name, service in wanted.services.items():
            if service.tls is UpstreamTls.MUTUAL:
                put_peers(edge_folder.file(f"sds/peer-{name}.json"), f"peer:{name}", (name,))
        for name in wanted.sidecars:
            folder = self.layout.xds(sidecar_proxy(name))
            own = self.certificates.for_service(name, trust_domain=domain)
            put(folder.file(f"sds/service-{name}.json"), f"service:{name}", own)
            allowed = sidecar_builder.callers(name, wanted.services, wanted.routes)
            put_peers(folder.file(f"sds/callers-{name}.json"), f"callers:{name}", allowed)
            for called in wanted.services[name].calls:
                put_peers(folder.file(f"sds/peer-{called}.json"), f"peer:{called}", (called,))
        return tuple(changed)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        private_folder(self.layout.state)
        private_folder(self.layout.access_log.parent)
        with self._mutex, locked(self.layout.state / ".apply.lock"):
            yield


def _rooted(settings: HostSettings, root: Path) -> HostSettings:
    """The same settings, with a user's certificate files taken from the configuration's folder."""
    certificate = settings.certificate
    if certificate.source != "file":
        return settings
    placed = certificate.model_copy(
        update={"chain": str(root / certificate.chain), "key": str(root / certificate.key)}
    )
    return settings.model_copy(update={"certificate": placed})
