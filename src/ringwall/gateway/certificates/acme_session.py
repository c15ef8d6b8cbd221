"""A conversation with one ACME server: verified TLS, our account, signed requests."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from acme import client, messages
from cryptography import x509
from josepy.b64 import b64encode
from josepy.interfaces import JSONDeSerializable
from josepy.jwa import ES256
from josepy.jwk import JWKEC
from requests import Response
from requests.adapters import HTTPAdapter

from ringwall.core.clock import Clock
from ringwall.gateway.certificates.acme_problem import AcmeProblem, read_retry_after
from ringwall.gateway.config import Acme

REQUEST_SECONDS: Final = 20
_NEEDED: Final = ("newNonce", "newAccount", "newOrder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its JSON object, its Location, and how long the server asked us to wait."""

    body: Mapping[str, Any]
    location: str
    wait: timedelta | None

    @property
    def status(self) -> str:
        """The resource's status (RFC 8555 section 7.1.6), empty when it has none."""
        return str(self.body.get("status", ""))


class AcmeSession:
    """Talks to the directory in ``settings`` with ``key`` as the account key.

    TLS is always verified, with the system's roots and those in ``settings.trusted_roots``; plain
    HTTP is not spoken at all. The library's errors come out as they are: callers translate them.
    """

    def __init__(self, settings: Acme, key: JWKEC, *, clock: Clock) -> None:
        self._settings, self._clock, self.key = settings, clock, key
        self.last_wait: timedelta | None = None
        self.network = client.ClientNetwork(
            key,
            alg=ES256,
            user_agent=f"ringwall/{version('ringwall')}",
            timeout=REQUEST_SECONDS,
        )
        http = self.network.session
        http.adapters.clear()
        http.mount("https://", _VerifyingAdapter(_tls_context(settings.trusted_roots)))
        http.hooks["response"].append(self._note_wait)

    def connect(self) -> None:
        """Read the directory (RFC 8555 section 7.1.1). To be called before anything else."""
        with _understood(self._settings.directory):
            directory = client.ClientV2.get_directory(self._settings.directory, self.network)
        for name in _NEEDED:
            url = directory.to_partial_json().get(name)
            if not isinstance(url, str) or not url.startswith("https://"):
                msg = f"{self._settings.directory} is no ACME directory: it lacks an https {name}"
                raise AcmeProblem(msg)
        self.directory = directory
        self.client = client.ClientV2(directory, self.network)

    def close(self) -> None:
        """End the connections."""
        self.network.session.close()

    def fetch(self, url: str) -> Reply:
        """Read a resource with POST-as-GET (RFC 8555 section 6.3)."""
        return self._reply(self._post(url, None))

    def send(self, url: str, payload: JSONDeSerializable) -> Reply:
        """Send a signed request and read the JSON it answers with."""
        return self._reply(self._post(url, payload))

    def download(self, url: str) -> bytes:
        """Read an issued chain in PEM (RFC 8555 section 7.4.2)."""
        return self._post(url, None).text.encode()

    def new_order(self, names: tuple[str, ...], addresses: tuple[str, ...]) -> Reply:
        """Ask for an order of DNS names and IP addresses (RFC 8555 section 7.4, RFC 8738)."""
        identifiers = [
            messages.Identifier(typ=typ, value=value)
            for typ, values in (
                (messages.IDENTIFIER_FQDN, names),
                (messages.IDENTIFIER_IP, addresses),
            )
            for value in values
        ]
        order = messages.NewOrder(identifiers=identifiers)
        return self.send(self.directory["newOrder"], order)

    def finalize(self, url: str, csr: x509.CertificateSigningRequest) -> Reply:
        """Hand in the signing request (RFC 8555 section 7.4)."""
        return self.send(url, messages.CertificateRequest(csr=csr))

    def key_authorization(self, token: str) -> str:
        """Return the token with the account key's thumbprint (RFC 8555 section 8.1)."""
        thumbprint = b64encode(self.key.thumbprint()).decode()
        return f"{token}.{thumbprint}"

    def _post(self, url: str, payload: JSONDeSerializable | None) -> Response:
        with _understood(url):
            return self.network.post(url, payload, new_nonce_url=self.directory["newNonce"])

    def _reply(self, response: Response) -> Reply:
        try:
            body = response.json()
        except json.JSONDecodeError:
            body = None
        if not isinstance(body, dict):
            msg = f"{response.url} answered without a JSON object: is this an ACME server?"
            raise AcmeProblem(msg)
        return Reply(
            body=body, location=response.headers.get("Location", ""), wait=self._wait(response)
        )

    def _note_wait(self, response: Response, *_args: object, **_more: object) -> None:
        self.last_wait = None if response.ok else self._wait(response)

    def _wait(self, response: Response) -> timedelta | None:
        return read_retry_after(response.headers.get("Retry-After"), now=self._clock.now())


@contextmanager
def _understood(url: str) -> Iterator[None]:
    # The library takes JSON of another shape than it expects for its own mistake.
    try:
        yield
    except (TypeError, AttributeError) as error:
        msg = f"{url} gave an answer that is not ACME's"
        raise AcmeProblem(msg) from error


class EmptyObject(JSONDeSerializable):
    """The payload ``{}`` that tells the server to check a challenge (RFC 8555 section 7.5.1)."""

    def to_partial_json(self) -> dict[str, Any]:
        """Return no fields."""
        return {}

    @classmethod
    def from_json(cls, jobj: Any) -> "EmptyObject":
        """Not needed: it is only sent."""
        raise NotImplementedError(jobj)


class _VerifyingAdapter(HTTPAdapter):
    """Adds our roots to what ``requests`` trusts, for direct and proxied connections."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **more)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **more)


def _tls_context(trusted_roots: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if trusted_roots is not None:
        try:
            context.load_verify_locations(cafile=Path(trusted_roots))
        except (OSError, ssl.SSLError) as error:
            msg = (
                f"edge.acme.trusted_roots: {trusted_roots} is no readable PEM of roots "
                f"({error.strerror or error.reason if isinstance(error, ssl.SSLError) else error})"
            )
            raise AcmeProblem(msg) from error
    return context
