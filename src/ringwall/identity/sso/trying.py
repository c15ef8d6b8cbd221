"""What of a connection can be tried without a person: is the provider there, and what it says."""

from dataclasses import dataclass
from datetime import UTC, datetime

import requests
from cryptography.x509 import load_pem_x509_certificate

from ringwall.identity.models import Connection
from ringwall.identity.sso import fetching
from ringwall.identity.sso.origins import origin_of


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at; ``text`` says how it is."""

    point: str
    fine: bool
    text: str


def try_out(connection: Connection) -> list[Point]:
    """Look at a connection; nothing is changed."""
    found = [_domains(connection)]
    private = connection.settings.get("private_network") is True
    with fetching.reaching(private=private, whose=connection.slug):
        if connection.protocol == Connection.Protocol.OIDC:
            found += _oidc(connection)
        else:
            found += _saml(connection)
    return found


def _domains(connection: Connection) -> Point:
    own = connection.organisation.domains.filter(verified__isnull=False)
    names = ", ".join(own.values_list("name", flat=True))
    text = f"it speaks for {names}" if names else "no domain is verified, so it speaks for nobody"
    return Point("domains", bool(names), text)


def _oidc(connection: Connection) -> list[Point]:
    issuer = str(connection.settings["issuer"])
    try:
        with fetching.session() as session:
            answer = session.get(f"{issuer}/.well-known/openid-configuration")
            answer.raise_for_status()
            said = answer.json()
            keys = session.get(str(said.get("jwks_uri")))
            keys.raise_for_status()
            count = len(keys.json()["keys"])
    except (requests.RequestException, ValueError, KeyError, AttributeError) as error:
        return [Point("provider", False, f"the provider cannot be asked: {error}")]
    same = str(said.get("issuer", "")).rstrip("/") == issuer.rstrip("/")
    name = "the provider calls itself as configured" if same else f"it is {said.get('issuer')!r}"
    return [
        Point("issuer", same, name),
        _sign_on(connection, str(said.get("authorization_endpoint", ""))),
        Point("keys", count > 0, f"it publishes {count} keys"),
    ]


def _sign_on(connection: Connection, url: str) -> Point:
    private = connection.settings.get("private_network") is True
    try:
        origin = origin_of(url, "its authorization_endpoint", private=private)
    except ValueError as error:
        return Point("sign-on", False, str(error))
    return Point("sign-on", True, f"people sign in at {origin}")


def _saml(connection: Connection) -> list[Point]:
    now, found = datetime.now(UTC), []
    for pem in connection.settings["certificates"]:
        end = load_pem_x509_certificate(pem.encode()).not_valid_after_utc
        found.append(Point("certificate", now < end, f"a certificate ends {end:%Y-%m-%d}"))
    return found
