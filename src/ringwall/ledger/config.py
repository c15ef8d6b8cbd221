"""Who vouches for the log besides itself, as the configuration says it: witnesses and anchors."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ringwall.ledger.keys import Kind, VerifierKey
from ringwall.runtime.configuration import Address, Duration, Form, Secret, StrictModel

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 63"),
]
Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s@/][^\s@]*$", max_length=1000),
    Form("an address with https:// (or http://), without a name or password in it"),
]
KeyName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{2,127}$"),
    Form("a name such as witness.example.com/ringwall: letters, digits, dots, dashes and slashes"),
]
BUCKET: Final = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
"""What names of buckets are like, as a pattern."""
BucketName = Annotated[
    str,
    StringConstraints(pattern=rf"^{BUCKET}$"),
    Form("the name of a bucket: 3 to 63 lower-case letters, digits, dots and dashes"),
]
_LINE: Final = r"[^\x00-\x1f\x7f]"
_S3: Final = r"[A-Za-z0-9!_.*'()/-]"


def _of_kind(kind: Kind, words: str) -> AfterValidator:
    def check(text: str) -> str:
        key = VerifierKey.parse(text)
        if key.kind is not kind:
            msg = f"{key.name} has a key of kind {key.kind}: {words}"
            raise ValueError(msg)
        return text

    return AfterValidator(check)


_FORM: Final = Form("a public key such as example.com/log+530d903a+AekyeR..., on one line")
WitnessKey = Annotated[
    str, _of_kind(Kind.COSIGNATURE, "a witness cosigns with one of kind 4"), _FORM
]
LogKey = Annotated[str, _of_kind(Kind.ED25519, "a log signs with one of kind 1"), _FORM]


class S3Access(StrictModel):
    """How a store that speaks S3 is reached, and as whom."""

    region: (
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$"), Form("such as eu-west-1")]
        | None
    ) = None
    """The region of the bucket."""
    endpoint: Url | None = None
    """The store's address, where it is not Amazon's."""
    access_key: Secret | None = None
    """The id of an access key; without one, what the machine has."""
    secret_key: Secret | None = None
    """Its secret."""

    @model_validator(mode="after")
    def _has_both_keys(self) -> "S3Access":
        if (self.access_key is None) != (self.secret_key is None):
            msg = "access_key and secret_key go together"
            raise ValueError(msg)
        return self


class KnownWitness(StrictModel):
    """Somebody else who cosigns the log's checkpoints (C2SP tlog-witness): never two histories."""

    name: Name
    """What it is called where it is shown."""
    url: Url
    """Where it takes checkpoints: what stands before `/add-checkpoint`."""
    key: WitnessKey
    """Its public key, as it tells it."""


class FileAnchor(StrictModel):
    """A file that is only appended to: on another disk, a share, a write-once device."""

    kind: Literal["file"]
    name: Name
    """What it is called where it is shown."""
    path: Annotated[
        str, StringConstraints(pattern=rf"^{_LINE}+$", max_length=4000), Form("the path of a file")
    ]
    """The file, as seen from ringwall.yaml; `chattr +a` keeps everybody from changing it."""


class HttpAnchor(StrictModel):
    """Whoever takes a checkpoint by POST: a colleague's server, a time-stamper, a chat."""

    kind: Literal["http"]
    name: Name
    """What it is called where it is shown."""
    url: Url | None = None
    """The address; else a `secret_url`."""
    secret_url: Secret | None = None
    """The address, where whoever knows it may write there."""
    headers: dict[
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Za-z0-9-]{1,100}$"),
            Form("the name of a header: letters, digits and dashes"),
        ],
        Secret,
    ] = Field(default_factory=dict)
    """Headers that are sent with it, such as `Authorization`."""

    @model_validator(mode="after")
    def _has_one_url(self) -> "HttpAnchor":
        if (self.url is None) == (self.secret_url is None):
            msg = "an anchor of the kind http has either a url or a secret_url"
            raise ValueError(msg)
        return self


Mailbox = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s@<>,;:\"]+@[A-Za-z0-9.-]+$", max_length=254),
    Form("an address such as log@example.com"),
]


class MailAnchor(StrictModel):
    """A mailbox: of an auditor, of a lawyer, of all who should be able to bear witness."""

    kind: Literal["mail"]
    name: Name
    """What it is called where it is shown."""
    host: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$"),
        Form("a host name or an address"),
    ]
    """The mail server."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    """Its port."""
    sender: Mailbox
    """Whom the mail comes from."""
    recipients: Annotated[tuple[Mailbox, ...], Field(min_length=1, max_length=50)]
    """Whom it goes to."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """STARTTLS, TLS from the first byte, or none at all."""
    username: str | None = None
    """Who to be there."""
    password: Secret | None = None
    """The password for it."""

    @model_validator(mode="after")
    def _keeps_its_password(self) -> "MailAnchor":
        if (self.password is None) != (self.username is None):
            msg = "a username needs a password, and a password a username"
            raise ValueError(msg)
        if self.password is not None and self.security == "none":
            msg = "the password would cross the network in plain text: security is starttls or tls"
            raise ValueError(msg)
        return self


class S3Anchor(S3Access):
    """A bucket with object lock: nobody deletes there before the time, not even its owner."""

    kind: Literal["s3"]
    name: Name
    """What it is called where it is shown."""
    bucket: BucketName
    """The bucket, which has had object lock since it was made."""
    days: Annotated[int, Field(ge=1, le=36_500)]
    """For how many days each checkpoint is locked."""
    prefix: Annotated[
        str | None,
        StringConstraints(pattern=rf"^{_S3}*$", max_length=500),
        Form("how names of objects begin, such as ringwall/"),
    ] = None
    """What stands before the names of its objects."""
    mode: Literal["COMPLIANCE", "GOVERNANCE"] = "COMPLIANCE"
    """`COMPLIANCE` cannot be taken back by anybody; `GOVERNANCE` by who has the right to."""


Anchor = Annotated[
    FileAnchor | HttpAnchor | MailAnchor | S3Anchor,
    Field(discriminator="kind"),
]

Often = Annotated[Duration, Field(ge=1, le=86_400), Form("a length of time from 1s to 1d")]


class KnownLog(StrictModel):
    """A log of somebody else whose checkpoints are cosigned here."""

    name: Name
    """What it is called where it is shown."""
    keys: Annotated[tuple[LogKey, ...], Field(min_length=1, max_length=16)]
    """Its public keys, as `ringwall log key` prints them there; two while it changes its key."""
    origin: KeyName | None = None
    """The first line of its checkpoints; else the name of its first key."""


class Witness(StrictModel):
    """Serve as a witness of other logs (C2SP tlog-witness)."""

    listen: Address
    """Where logs ask, over plain HTTP: what they say is signed. A route of the edge can lead there
    where others are to reach it."""
    name: KeyName
    """What its key is called. It stays: another name is another witness."""
    logs: Annotated[tuple[KnownLog, ...], Field(min_length=1)]
    """The logs that it knows, and no others."""
