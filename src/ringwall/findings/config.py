"""The ``findings`` section: by when what has to be mended, and who is told of it."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from ringwall.core.components import Classification, Criticality, Environment, Exposure
from ringwall.core.findings import Severity
from ringwall.runtime.configuration import Duration, Form, Secret, StrictModel

FINDINGS: Final = "findings"
_DAY: Final = 86_400.0

Within = Annotated[
    Duration, Field(ge=3600.0, le=3650 * _DAY), Form("a length of time from 1h to 3650d")
]
Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 63"),
]
Mailbox = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s@<>,;:\"]+@[A-Za-z0-9.-]+$", max_length=254),
    Form("an address such as security@example.com"),
]


class Deadline(StrictModel):
    """How long something may take that is of this severity, in these categories."""

    severity: Severity
    """Of this severity."""
    exposure: Exposure | None = None
    """Of components that these can reach; else of all."""
    classification: Classification | None = None
    """Of components with such data; else of all."""
    criticality: Criticality | None = None
    """Of components that matter so much; else of all."""
    environment: Environment | None = None
    """Of components that are used for this; else of all."""
    within: Within | None
    """Counted from when it was found first, or came back; null for no deadline."""


class Occasion(StrEnum):
    """When somebody is told."""

    NEW = "new"
    REOPENED = "reopened"
    OVERDUE = "overdue"
    FIXED = "fixed"


class Told(StrictModel):
    """What is the same for every way of telling."""

    name: Name
    """What it is called where it is shown."""
    on: Annotated[tuple[Occasion, ...], Field(min_length=1)] = (
        Occasion.NEW,
        Occasion.REOPENED,
        Occasion.OVERDUE,
    )
    """Of what it tells."""
    least: Severity = Severity.HIGH
    """The least severity that it tells of."""
    exposure: Exposure | None = None
    """Only of components that these can reach."""
    environment: Environment | None = None
    """Only of components that are used for this."""


class ByMail(Told):
    """A mail, one for all that a run has found."""

    kind: Literal["mail"]
    to: Annotated[tuple[Mailbox, ...], Field(max_length=50)] = ()
    """Whom to."""
    owner: bool = True
    """Whether to each finding's owner, too, where that is an address."""

    @model_validator(mode="after")
    def _has_somebody(self) -> "ByMail":
        if not self.to and not self.owner:
            msg = "nobody would be told: name addresses in `to`, or leave `owner` on"
            raise ValueError(msg)
        return self


class ByWebhook(Told):
    """A POST of JSON, one for all that a run has found: a chat, a ticket system, a script."""

    kind: Literal["webhook"]
    url: (
        Annotated[
            str,
            StringConstraints(pattern=r"^https?://[^\s@/][^\s@]*$", max_length=1000),
            Form("an address with https:// (or http://), without a name or password in it"),
        ]
        | None
    ) = None
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
    def _has_one_url(self) -> "ByWebhook":
        if (self.url is None) == (self.secret_url is None):
            msg = "a webhook has either a url or a secret_url"
            raise ValueError(msg)
        return self


class ByLog(Told):
    """An event of its own in the log, for whatever follows it."""

    kind: Literal["log"]


Notify = Annotated[ByMail | ByWebhook | ByLog, Field(discriminator="kind")]

_USUAL: Final = (
    Deadline(severity=Severity.CRITICAL, exposure=Exposure.INTERNET, within=3 * _DAY),
    Deadline(severity=Severity.CRITICAL, within=7 * _DAY),
    Deadline(severity=Severity.HIGH, exposure=Exposure.INTERNET, within=14 * _DAY),
    Deadline(severity=Severity.HIGH, within=30 * _DAY),
    Deadline(severity=Severity.MEDIUM, within=90 * _DAY),
    Deadline(severity=Severity.LOW, within=180 * _DAY),
)


class Findings(StrictModel):
    """The queue of findings: deadlines, and who is told of what."""

    deadlines: Annotated[tuple[Deadline, ...], Field(max_length=200)] = _USUAL
    """By when what has to be mended. The first that fits counts; what none fits has no deadline."""
    excused_at_most: Within = 365 * _DAY
    """For how long something may be accepted, or called a false positive, at a time."""
    notify: Annotated[tuple[Notify, ...], Field(max_length=50)] = ()
    """Who is told, of the `kind` mail, webhook or log."""

    @model_validator(mode="after")
    def _has_names_of_their_own(self) -> "Findings":
        names = [one.name for one in self.notify]
        for name in names:
            if names.count(name) > 1:
                msg = f"two of notify are named {name}: what waits for each is kept by its name"
                raise ValueError(msg)
        return self
