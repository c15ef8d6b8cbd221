"""The store: which credential a host or a service uses now, making a new one when it is due.

Below the state folder (all folders 0700, all keys 0600)::

    pki/edge/            roots/ intermediates/ trust.pem  hosts/<host>/<serial>.crt .key current
    pki/services/<trust domain>/   the same, with services/<name>/
    pki/trust-domain     the one last used
    pki/files/<host>/    checked copies of what the user brought
    acme/certificates/<host>/      what ACME issued
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from cryptography import x509

from ringwall.core.clock import Clock
from ringwall.gateway.certificates import profiles
from ringwall.gateway.certificates.authority import Authority, issued_by_any, key_pem, pem
from ringwall.gateway.certificates.credential import (
    Credential,
    CredentialError,
    Source,
    check_credential,
    read_credential,
    serial_text,
)
from ringwall.gateway.certificates.expiry import due
from ringwall.gateway.certificates.host_files import check_serves, read_user_files
from ringwall.gateway.certificates.names import folder_name, read_host, service_id
from ringwall.gateway.certificates.profiles import Signer
from ringwall.gateway.certificates.shelf import Shelf
from ringwall.gateway.config import AcmeCertificate, FileCertificate, HostSettings
from ringwall.runtime.private_files import (
    locked,
    private_folder,
    remove_leftovers,
    write_private,
)


class CertificateStore:
    """Every certificate below one state folder. Safe for several threads and processes."""

    def __init__(self, state: Path, *, clock: Clock) -> None:
        self._pki, self._acme, self._clock = state / "pki", state / "acme", clock
        self.made: Callable[[Credential, Credential | None], None] = lambda _now, _before: None
        """Hears of every certificate that was issued or taken over, and of the one before."""
        self._edge = Authority(self._pki / "edge", profiles.EDGE, clock=clock)

    def for_service(self, name: str, *, trust_domain: str) -> Credential:
        """Return the service's X509-SVID, a new one when two thirds of its 24 h are over.

        A trust domain not seen before gets an authority of its own. ``ValueError`` when the name
        cannot stand in a SPIFFE id.
        """
        return self._service(name, trust_domain, force=False)

    def rotate_service(self, name: str, *, trust_domain: str) -> Credential:
        """Make the service a new X509-SVID now; the old one stays valid until its end."""
        return self._service(name, trust_domain, force=True)

    def for_host(self, host: str, settings: HostSettings) -> Credential:
        """Return what the edge shows for ``host``.

        Local: from our authority, 30 days. File: read and checked anew, then copied, so that Envoy
        never sees a half replaced pair. ACME: the one issued last, or a local one (its ``source``
        says so) while there is none. :class:`CredentialError` when the user's files cannot be used,
        ``ValueError`` when ``host`` is no host name.
        """
        return self._host(host, settings, force=False)

    def rotate_host(self, host: str, settings: HostSettings) -> Credential:
        """Make the host a new local certificate now.

        ``ValueError`` for the other sources: files are replaced by the user, ACME's by an order.
        """
        if settings.certificate.source != "local":
            how = "replace its files" if settings.certificate.source == "file" else "order it anew"
            msg = f"the certificate of {host} is not from the local authority: {how}"
            raise ValueError(msg)
        return self._host(host, settings, force=True)

    def trust_bundle(
        self, authority: Literal["edge", "services"], *, trust_domain: str | None = None
    ) -> Path:
        """Return the PEM of the authority's roots, making the authority when there is none.

        For ``services`` the trust domain is the one last used unless it is given; ``LookupError``
        when there has been none.
        """
        found = self._edge
        if authority == "services":
            domain = trust_domain or self._last_trust_domain()
            if domain is None:
                msg = "no trust domain has been used yet: name it"
                raise LookupError(msg)
            found = self._services(domain)
        with self._lock():
            return found.trust()

    def install_acme(self, host: str, *, chain: bytes, key: bytes) -> Credential:
        """Check what an ACME server issued for ``host`` and make it the current one."""
        shelf, name = self._acme_shelf(host), str(read_host(host))
        return self._copy(
            shelf, name, "acme", pair=(chain, key), origin=(shelf.folder, shelf.folder)
        )

    def acme_credential(self, host: str) -> Credential | None:
        """Return the ACME certificate in use for ``host``, whatever its age, or ``None``."""
        return _present(self._acme_shelf(host), "acme")

    def list(self) -> tuple[Credential, ...]:
        """Every current credential in the store, by name; of services, the last trust domain's.

        A local credential that cannot be read is left out: the next use makes it anew.
        """
        places: list[tuple[Path, Source]] = [
            (self._pki / "edge" / "hosts", "local"),
            (self._pki / "files", "file"),
            (self._acme / "certificates", "acme"),
        ]
        domain = self._last_trust_domain()
        if domain is not None:
            folder = self._pki / "services" / folder_name(domain) / "services"
            places.append((folder, "local"))
        found = [
            credential
            for folder, source in places
            for entry in sorted(folder.glob("*"))
            if (credential := _present(Shelf(entry), source)) is not None
        ]
        return tuple(sorted(found, key=lambda credential: (credential.name, credential.source)))

    def export(self, credential: Credential, folder: Path) -> tuple[Path, Path]:
        """Copy a chain (0644) and its key (0600) to ``folder``; return both paths.

        ``FileExistsError`` rather than replace anything; ``FileNotFoundError`` without the folder.
        """
        stem = folder_name(credential.name.partition("/")[2])
        chain, key = folder / f"{stem}.crt", folder / f"{stem}.key"
        for path in (chain, key):
            if path.exists():
                msg = f"{path} exists already: move it away or choose another folder"
                raise FileExistsError(msg)
        write_private(key, credential.key.read_bytes())
        write_private(chain, credential.chain.read_bytes(), mode=0o644)
        return chain, key

    def _service(self, name: str, trust_domain: str, *, force: bool) -> Credential:
        spiffe_id = service_id(name, trust_domain=trust_domain)
        authority = self._services(trust_domain)
        folder = self._pki / "services" / folder_name(trust_domain) / "services"

        def make(issuer: Signer) -> Signer:
            return profiles.make_service_leaf(spiffe_id, issuer, now=self._clock.now())

        if self._last_trust_domain() != trust_domain:
            with self._lock():
                remove_leftovers(self._pki)
                write_private(self._pki / "trust-domain", f"{trust_domain}\n".encode())
        shelf = Shelf(folder / folder_name(name))
        return self._issued(authority, shelf, f"service/{name}", (spiffe_id,), make, force=force)

    def _host(self, host: str, settings: HostSettings, *, force: bool) -> Credential:
        name = read_host(host)
        match settings.certificate:
            case FileCertificate(chain=chain, key=key):
                origin = (Path(chain), Path(key))
                shelf = Shelf(self._pki / "files" / folder_name(str(name)))
                return self._copy(
                    shelf, str(name), "file", pair=read_user_files(*origin), origin=origin
                )
            case AcmeCertificate() if (found := self.acme_credential(host)) is not None:
                return found
        shelf = Shelf(self._pki / "edge" / "hosts" / folder_name(str(name)))

        def make(issuer: Signer) -> Signer:
            return profiles.make_host_leaf(name, issuer, now=self._clock.now())

        return self._issued(self._edge, shelf, f"host/{name}", (str(name),), make, force=force)

    def _issued(
        self,
        authority: Authority,
        shelf: Shelf,
        name: str,
        names: tuple[str, ...],
        make: Callable[[Signer], Signer],
        *,
        force: bool,
    ) -> Credential:
        def usable() -> Credential | None:
            found = _present(shelf, "local")
            if found is None or found.names != names or due(found, self._clock.now()):
                return None
            return found if self._trusted(authority, found) else None

        if not force and (found := usable()) is not None:
            return found
        with self._lock():
            # Another process may have made it while this one waited for the lock.
            if not force and (found := usable()) is not None:
                return found
            before = _present(shelf, "local")
            issuer = authority.issuer()
            made = make(issuer)
            chain = pem(made.certificate) + pem(issuer.certificate)
            shelf.add(serial_text(made.certificate), chain=chain, key=key_pem(made.key), label=name)
            shelf.prune(self._clock.now())
            pair = shelf.current()
        if pair is None:
            msg = f"{shelf.folder} was changed by another program while a certificate was made"
            raise RuntimeError(msg)
        found = read_credential(*pair, name=name, source="local")
        self.made(found, before)
        return found

    def _trusted(self, authority: Authority, credential: Credential) -> bool:
        chain = x509.load_pem_x509_certificates(credential.chain.read_bytes())
        return issued_by_any(chain[-1], authority.roots(), now=self._clock.now())

    def _copy(
        self,
        shelf: Shelf,
        host: str,
        source: Source,
        *,
        pair: tuple[bytes, bytes],
        origin: tuple[Path, Path],
    ) -> Credential:
        chain, key = pair
        name = f"host/{host}"
        checked = check_credential(
            chain, key, chain=origin[0], key=origin[1], name=name, source=source
        )
        check_serves(checked, host)
        version = hashlib.sha256(chain + key).hexdigest()[:32]
        current = shelf.current()
        if current is not None and current[0].stem == version:
            return read_credential(*current, name=name, source=source)
        before = _present(shelf, source)
        with self._lock():
            current = shelf.add(version, chain=chain, key=key, label=name)
            shelf.prune(self._clock.now())
        found = read_credential(*current, name=name, source=source)
        self.made(found, before)
        return found

    def _acme_shelf(self, host: str) -> Shelf:
        return Shelf(self._acme / "certificates" / folder_name(str(read_host(host))))

    def _services(self, trust_domain: str) -> Authority:
        service_id("any", trust_domain=trust_domain)
        folder = self._pki / "services" / folder_name(trust_domain)
        return Authority(folder, profiles.services_profile(trust_domain), clock=self._clock)

    def _last_trust_domain(self) -> str | None:
        try:
            return (self._pki / "trust-domain").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    @contextmanager
    def _lock(self) -> Iterator[None]:
        private_folder(self._pki)
        with locked(self._pki / ".lock"):
            yield


def _present(shelf: Shelf, source: Source) -> Credential | None:
    pair = shelf.current()
    if pair is None:
        return None
    try:
        return read_credential(*pair, name=shelf.label(), source=source)
    except CredentialError:
        return None
