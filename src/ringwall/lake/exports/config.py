"""The ``log.forward`` list: where events are passed on as they come."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from ringwall.ledger.config import BucketName, Name, S3Access, Url
from ringwall.runtime.configuration import Form, Secret, StrictModel

Receiver = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$"),
    Form("host:port"),
]
HeaderName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9-]{1,100}$"),
    Form("the name of a header: letters, digits and dashes"),
]
Form_ = Literal["ocsf", "csv", "cef"]


class ForwardHttp(StrictModel):
    """Whoever takes events by POST, some hundred lines at a time: a SIEM, a store, a script."""

    kind: Literal["http"]
    name: Name
    """What it is called where it is shown; under it is kept how far it is."""
    url: Url | None = None
    """The address; else a `secret_url`."""
    secret_url: Secret | None = None
    """The address, where whoever knows it may write there."""
    headers: dict[HeaderName, Secret] = Field(default_factory=dict)
    """Headers that are sent with it, such as `Authorization`."""
    form: Form_ = "ocsf"
    """OCSF as JSON lines, CSV, or CEF."""
    trust: str | None = None
    """A PEM file of the authorities of its certificate; else the system's."""

    @model_validator(mode="after")
    def _has_one_url(self) -> "ForwardHttp":
        if (self.url is None) == (self.secret_url is None):
            msg = "forwarding of the kind http has either a url or a secret_url"
            raise ValueError(msg)
        return self


class ForwardSyslog(StrictModel):
    """A receiver of syslog over TLS (RFC 5424, RFC 5425), with the event as OCSF in its message."""

    kind: Literal["syslog"]
    name: Name
    """What it is called where it is shown; under it is kept how far it is."""
    address: Receiver
    """Where it listens; its certificate is of this host."""
    trust: str | None = None
    """A PEM file of the authorities of its certificate; else the system's."""


class ForwardS3(S3Access):
    """A bucket in an S3-compatible store: one object for some hundred events."""

    kind: Literal["s3"]
    name: Name
    """What it is called where it is shown; under it is kept how far it is."""
    bucket: BucketName
    """The bucket."""
    prefix: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9!_.*'()/-]*$", max_length=200),
        Form("letters, digits, slashes and dashes"),
    ] = "ringwall"
    """What names of objects begin with."""
    form: Form_ = "ocsf"
    """OCSF as JSON lines, CSV, or CEF."""


Forward = Annotated[ForwardHttp | ForwardSyslog | ForwardS3, Field(discriminator="kind")]
