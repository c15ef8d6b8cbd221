"""The ``log.bucket`` section: a bucket in which the table of events lies, in place of a folder."""

from typing import Annotated, Final

from pydantic import StringConstraints, model_validator

from ringwall.ledger.config import BUCKET, S3Access
from ringwall.runtime.configuration import Form, Secret, StrictModel

_PREFIX: Final = r"[A-Za-z0-9!_.*'()-]{1,100}"


class ReadingKeys(StrictModel):
    """A key that may list and read there, and no more."""

    access_key: Secret
    """Its id."""
    secret_key: Secret
    """Its secret."""


class InBucket(S3Access):
    """A bucket in S3 or a store that speaks like it; the extra `bucket` brings what reads there.

    Only the table goes there: tree, journal and the keys of persons stay below the state folder.
    The store has to know conditional writes (`If-None-Match`), which is tried first.
    """

    uri: Annotated[
        str,
        StringConstraints(pattern=rf"^s3://{BUCKET}(/{_PREFIX})+/?$", max_length=500),
        Form("s3://NAME/PREFIX: a bucket, and what names of its objects begin with"),
    ]
    """The bucket and a prefix that is this log's alone, such as `s3://example-log/ringwall`."""
    read: ReadingKeys | None = None
    """What all but the collector reach it with, the web process among them; else the same key."""

    @model_validator(mode="after")
    def _reads_with_less(self) -> "InBucket":
        if self.read is not None and self.access_key is None:
            msg = "read is another key than access_key, which is not given"
            raise ValueError(msg)
        return self
