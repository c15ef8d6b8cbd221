"""The ``identity`` section: where people sign in, and what holds for their sessions."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from ringwall.runtime.configuration import Duration, Form, Secret, StrictModel

HostName = Annotated[
    str,
    StringConstraints(
        to_lower=True,
        max_length=253,
        pattern=r"^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$",
    ),
    Form("a host name such as id.example.com"),
]
Minutes = Annotated[Duration, Field(ge=60), Form("a length of time of a minute or more: 30m, 8h")]
Mailbox = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s<>]+@[^@\s<>]+$", max_length=254),
    Form("a mail address such as security@example.com"),
]


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Smtp(StrictModel):
    """The server that takes our mail (RFC 5321)."""

    host: HostName
    """Its name."""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port."""
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    """How the connection is protected; without protection only on this machine."""
    username: str | None = None
    """Whom we log in as."""
    password: Secret | None = None
    """And with what."""


class Mail(StrictModel):
    """Mail to people: invitations, verification, alerts."""

    sender: Mailbox = "security@localhost"
    """Whom it is from."""
    smtp: Smtp | None = None
    """Where it goes; without a server it stays in the outbox, which `ringwall mail` shows."""


class SignUp(StrEnum):
    """Who may make an account."""

    INVITATION = "invitation"
    OPEN = "open"


class Sessions(StrictModel):
    """How long somebody stays signed in; an organisation may ask for less."""

    idle: Minutes = 12 * 3600.0
    """Without any request."""
    absolute: Minutes = 7 * 86400.0
    """Whatever happens."""


class Identity(StrictModel):
    """People and programs that sign in, on an origin of the edge's own."""

    host: HostName | None = None
    """The host of sign-in, one of `edge.hosts`, wholly Ringwall's; without it nobody signs in."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)] = "Ringwall"
    """What people read as the name of whom they sign in to."""
    tenant_hosts: str | None = None
    """A wildcard of `edge.hosts` whose first label names an organisation, as `*.shop.example`."""
    sign_up: SignUp = SignUp.INVITATION
    """Whether people may make accounts by themselves, or are invited."""
    sessions: Sessions = Sessions()
    """How long somebody stays signed in."""
    token_lifetime: Annotated[
        Duration, Field(ge=30, le=900), Form("a length of time from 30s to 15m")
    ] = 300.0
    """Life of the tokens that the edge verifies; a session renews them by itself."""
    mail: Mail = Mail()
    """Mail to people."""
    places: str | None = None
    """A file in MaxMind's format that tells where addresses are; without it they stand alone."""


IDENTITY: Final = "identity"
