"""Which secrets each Envoy reads (SDS): its certificates, and whom it believes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringwall.gateway.certificates.credential import Credential, CredentialError, read_roots
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings
from ringwall.gateway.envoy import edge as edge_builder
from ringwall.gateway.envoy import sidecar as sidecar_builder
from ringwall.gateway.envoy import tls
from ringwall.gateway.envoy.clusters import EDGE_IDENTITY
from ringwall.gateway.envoy.resources import UNKNOWN_HOST, Json
from ringwall.gateway.layout import EDGE, sidecar_proxy
from ringwall.gateway.wanted import Wanted
from ringwall.inventory.config import Service, UpstreamTls


@dataclass(frozen=True, slots=True)
class SecretFile:
    """One SDS file: whose it is, its name below that proxy's folder, and what it says.

    ``credential`` is what it shows, ``None`` for a list of accepted peers. ``first_only`` is for
    a file that others write too: it is made when it is missing, and then left alone.
    """

    proxy: str
    name: str
    resource: Json
    credential: Credential | None = None
    first_only: bool = False


def secret_files(
    wanted: Wanted,
    root: Path,
    *,
    certificates: CertificateStore,
    besides: Wanted | None = None,
    unusable: list[CredentialError] | None = None,
) -> tuple[SecretFile, ...]:
    """Every SDS file of every proxy; certificates that are missing or due are made.

    ``root`` is the configuration's folder. Who may call a service ``besides`` may call it too: so
    a change first lets in the new callers, and shuts out the old ones when they call no more.
    A file of the user's that cannot be used raises ``CredentialError``; with a list ``unusable``
    it goes there and is left out, so that it keeps nothing else from renewal.
    """
    domain = wanted.edge.trust_domain
    roots = certificates.trust_bundle("services", trust_domain=domain).read_text("ascii")

    def own(proxy: str, service: str) -> SecretFile:
        return _certificate(
            proxy,
            f"sds/service-{service}.json",
            f"service:{service}",
            certificates.for_service(service, trust_domain=domain),
        )

    def peers(proxy: str, file: str, name: str, services: tuple[str, ...]) -> SecretFile:
        ids = tuple(tls.spiffe_id(domain, one) for one in services)
        resource = tls.peers_secret(name, roots=roots, spiffe_ids=ids)
        return SecretFile(proxy, file, resource)

    def answering(proxy: str, name: str) -> Iterator[SecretFile]:
        service = wanted.services[name]
        match service.tls:
            case UpstreamTls.MUTUAL:
                yield peers(proxy, f"sds/peer-{name}.json", f"peer:{name}", (name,))
            case UpstreamTls.SERVER:
                with _kept_in(unusable):
                    secret = _server(name, service, root)
                    yield SecretFile(proxy, f"sds/server-{name}.json", secret)
            case UpstreamTls.NONE:
                pass

    def found() -> Iterator[SecretFile]:
        yield from _host_files(wanted, root, certificates, unusable)
        yield own(EDGE, EDGE_IDENTITY)
        for name in wanted.services:
            yield from answering(EDGE, name)
        for name in wanted.sidecars:
            proxy = sidecar_proxy(name)
            allowed = callers_of(name, wanted)
            allowed = tuple(dict.fromkeys((*allowed, *callers_of(name, besides))))
            yield own(proxy, name)
            yield peers(proxy, f"sds/callers-{name}.json", f"callers:{name}", allowed)
            for called in wanted.services[name].calls:
                yield from answering(proxy, called)

    return tuple(found())


def callers_of(service: str, wanted: Wanted | None) -> tuple[str, ...]:
    """Who may call a service; nobody where there is no such service."""
    if wanted is None or service not in wanted.services:
        return ()
    return sidecar_builder.callers(service, wanted.services, wanted.routes)


@contextmanager
def _kept_in(unusable: list[CredentialError] | None) -> Iterator[None]:
    try:
        yield
    except CredentialError as error:
        if unusable is None:
            raise
        unusable.append(error)


def _host_files(
    wanted: Wanted,
    root: Path,
    certificates: CertificateStore,
    unusable: list[CredentialError] | None,
) -> Iterator[SecretFile]:
    hosts = {**wanted.edge.hosts, UNKNOWN_HOST: HostSettings()}
    for host, settings in hosts.items():
        with _kept_in(unusable):
            shown = certificates.for_host(host, _rooted(settings, root))
            yield _certificate(EDGE, edge_builder.host_secret_file(host), f"host:{host}", shown)
        if settings.certificate.source == "acme":
            # Shown for acme-tls/1 while no challenge is being answered.
            held = certificates.for_host(UNKNOWN_HOST, HostSettings())
            file = edge_builder.challenge_secret_file(host)
            yield _certificate(EDGE, file, f"acme:{host}", held, first_only=True)


def _server(name: str, service: Service, root: Path) -> Json:
    own = service.trusted_roots
    return tls.server_secret(
        f"server:{name}",
        server_name=service.server_name or service.addresses[0].host,
        roots=None if own is None else read_roots(root / own),
    )


def _certificate(
    proxy: str, file: str, name: str, credential: Credential, *, first_only: bool = False
) -> SecretFile:
    resource = tls.certificate_secret(name, chain=str(credential.chain), key=str(credential.key))
    return SecretFile(proxy, file, resource, credential, first_only)


def _rooted(settings: HostSettings, root: Path) -> HostSettings:
    """The same settings, with a user's certificate files taken from the configuration's folder."""
    certificate = settings.certificate
    if certificate.source != "file":
        return settings
    placed = certificate.model_copy(
        update={"chain": str(root / certificate.chain), "key": str(root / certificate.key)}
    )
    return settings.model_copy(update={"certificate": placed})
