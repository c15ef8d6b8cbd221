"""The ``log`` section: how long events are kept, and who vouches for the log besides itself."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ringwall.lake.bucket_config import InBucket
from ringwall.lake.exports.config import Forward
from ringwall.lake.intake.config import Intake
from ringwall.lake.retention import DAY, KeptFor
from ringwall.ledger.config import Anchor, KnownWitness, Often, Witness
from ringwall.runtime.configuration import Duration, Form, StrictModel

LOG: Final = "log"
_USUAL: Final = KeptFor()

Kept = Annotated[Duration, Field(ge=DAY, le=3650 * DAY), Form("a length of time from 1d to 3650d")]
Origin = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{2,127}$"),
    Form("a name such as log.example.com/ringwall: letters, digits, dots, dashes and slashes"),
]


class Retention(StrictModel):
    """How long events are kept, by their OCSF category. What goes is itself in the log."""

    network: Kept = _USUAL.network
    """Requests at the edge, and what else is of the network."""
    identity: Kept = _USUAL.identity
    """Sign-ins, factors, accounts, roles, rights."""
    findings: Kept = _USUAL.findings
    """What was found wrong, and attacks."""
    application: Kept = _USUAL.application
    """What was done with Ringwall and with applications, and what services send."""
    system: Kept = _USUAL.system
    """Processes, jobs, machines."""
    discovery: Kept = _USUAL.discovery
    """States and inventories."""
    remediation: Kept = _USUAL.remediation
    """What was done against something."""
    other: Kept = _USUAL.other
    """What has no class."""
    quarantine: Kept = _USUAL.quarantine
    """What was put aside: bytes as they came, of which nobody knows what is personal in them."""


_NEEDED: Final = frozenset(
    {
        "actor.user.uid",
        "class_uid",
        "metadata.uid",
        "metadata.version",
        "time",
        "user",
        "user.uid",
    }
)
"""What the log files events by; who a person's parts belong to is in it under that name."""


def _changeable(field: str) -> str:
    if field in _NEEDED:
        msg = f"events are filed by {field}, which stays: `ringwall log erase` erases persons"
        raise ValueError(msg)
    return field


def _linear(pattern: str) -> str:
    from ringwall.lake.redacting import require_pattern  # noqa: PLC0415 - loads DuckDB, if asked

    require_pattern(pattern)
    return pattern


class Redact(StrictModel):
    """What is replaced in events before anything of them is kept.

    Patterns are regular expressions of RE2, whose time grows with what is searched and no faster:
    there are no back-references and no look-around.
    """

    field: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$", max_length=200),
        Form(
            "a field of the edge's record such as path, or of events such as http_request.url.path"
        ),
        AfterValidator(_changeable),
    ]
    """Where: a field of the edge's record, such as `path` or `host`, or in events of Ringwall and
    of services a path in OCSF, such as `http_request.url.path`. What both have is meant in both."""
    pattern: Annotated[
        str,
        StringConstraints(min_length=1, max_length=500),
        Form("a regular expression of RE2, at most 500 characters"),
        AfterValidator(_linear),
    ]
    """What: every match of this regular expression (RE2)."""
    text: Annotated[
        str,
        StringConstraints(pattern=r"^[ -~]*$", max_length=100),
        Form("at most 100 printable characters of ASCII"),
    ] = "[redacted]"
    """What stands there instead, as it is."""


class Log(StrictModel):
    """The log of all that happens, which nobody can rewrite."""

    origin: Origin | None = None
    """The name of the log in its checkpoints; else one is made at the first start. It stays."""
    retention: Retention = Retention()
    """How long events are kept."""
    bucket: InBucket | None = None
    """Where the table of events lies, if not below the state folder."""
    redact: Annotated[tuple[Redact, ...], Field(max_length=50)] = ()
    """What is replaced in events before they are kept, in this order."""
    intake: Intake | None = None
    """Where the protected services send events of their own."""
    witnesses: tuple[KnownWitness, ...] = ()
    """Others who cosign the log's checkpoints."""
    quorum: Annotated[int, Field(ge=1, le=16)] = 1
    """How many of them have to cosign a checkpoint for it to count as witnessed."""
    cosign_every: Often = 10.0
    """How often they are asked, where there is anything new."""
    anchors: tuple[Anchor, ...] = ()
    """Places outside that keep checkpoints, of the `kind` file, http, mail or s3."""
    anchor_every: Often = 3600.0
    """How often a checkpoint is put there, where there is a new one."""
    forward: tuple[Forward, ...] = ()
    """Where events are passed on as they come, of the `kind` http, syslog or s3."""
    witness: Witness | None = None
    """Serve as a witness of other logs."""

    @model_validator(mode="after")
    def _has_names_of_their_own(self) -> "Log":
        names = [one.name for one in self.forward]
        for name in names:
            if names.count(name) > 1:
                msg = f"two of forward are named {name}: each keeps under its name how far it is"
                raise ValueError(msg)
        return self

    @property
    def is_vouched(self) -> bool:
        """Whether anybody else is asked to vouch for it."""
        return bool(self.witnesses or self.anchors)
