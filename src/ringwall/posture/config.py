"""The ``posture`` section: which accounts are read, as whom, and how often."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from ringwall.posture.scope import NAME
from ringwall.runtime.configuration import Duration, Form, StrictModel

POSTURE: Final = "posture"
AccountName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 63"),
]
RoleArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", max_length=640
    ),
    Form("the ARN of a role, such as arn:aws:iam::123456789012:role/ringwall"),
]
Region = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$"),
    Form("the name of a region of AWS, such as eu-west-1"),
]
QueueUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^https?://[^\s/?#]+/[0-9]{12}/[A-Za-z0-9_-]{1,80}$", max_length=512
    ),
    Form(
        "the URL of a standard queue, as https://sqs.eu-west-1.amazonaws.com/123456789012/changes"
    ),
]
Often = Annotated[
    Duration, Field(ge=900, le=30 * 86400.0), Form("a length of time from 15m to 30d")
]


class AwsAccount(StrictModel):
    """One account of AWS."""

    role: RoleArn | None = None
    """The role that is assumed in it; without one it is that of the credentials themselves."""
    external_id: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Za-z0-9_+=,.@:/-]+$", min_length=2, max_length=1224),
            Form("2 to 1224 letters, digits and + = , . @ : / -"),
        ]
        | None
    ) = None
    """What the role's trust asks for besides, so that nobody else can have us read it for them."""
    profile: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None
    """The profile of AWS's configuration that the credentials are of; else what AWS's own command
    line would use."""
    regions: tuple[Region, ...] = ()
    """The regions that are read; without any, all that are switched on."""
    every: Often = 21600.0
    """How often it is read while Ringwall runs; what is twice as old is overdue."""
    events: QueueUrl | None = None
    """A queue of SQS in the account that EventBridge puts its changes into: what a change names is
    read and judged again within seconds. Nobody else may read it; see docs/posture.md."""


CodeName = Annotated[
    str,
    StringConstraints(pattern=rf"^{NAME}$"),
    Form("lower-case letters, digits and dashes, at most 63"),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class CodeBase(StrictModel):
    """A folder of Terraform, CloudFormation or manifests."""

    folder: Text
    """Where it is, or one file; beside this file, unless the path is absolute."""
    every: Often = 21600.0
    """How often it is read while Ringwall runs; what is twice as old is overdue."""
    variables: dict[Text, str] = Field(default_factory=dict)
    """Values for Terraform's variables."""
    variable_files: tuple[Text, ...] = ()
    """Files of such values, beside this file."""


class Approval(StrEnum):
    """Whose approval a plan needs before it is applied."""

    ANYBODY = "anybody"
    SECOND_PERSON = "second-person"


class Fixes(StrictModel):
    """Plans that mend what was found."""

    approval: Approval = Approval.ANYBODY
    """Who approves a plan: anybody who may, or somebody else than who made it."""


class Posture(StrictModel):
    """What is read and judged besides Ringwall itself."""

    accounts: dict[AccountName, AwsAccount] = Field(default_factory=dict)
    """Accounts of AWS, by what you call them."""
    code: dict[CodeName, CodeBase] = Field(default_factory=dict)
    """Code bases, by what you call them: judged as `ringwall posture declare` judges them."""
    frameworks: Annotated[str, StringConstraints(min_length=1)] | None = None
    """A folder of frameworks of your own (`*.yaml`), beside this file; see docs/posture.md."""
    fixes: Fixes = Fixes()
    """Plans that mend what was found."""
