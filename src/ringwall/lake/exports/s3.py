"""Batches of events as objects of a bucket, in S3 or what speaks its protocol."""

import gzip
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ringwall.lake.exports.destinations import DeliveryError
from ringwall.lake.exports.formats import Format, Row

if TYPE_CHECKING:
    from collections.abc import Callable


def client(**settings: Any) -> Any:
    """A client of boto3, which is imported only here: the extra ``s3`` brings it."""
    try:
        import boto3  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = "S3 needs the extra: pip install 'ringwall[s3]'"
        raise RuntimeError(msg) from error
    return boto3.client("s3", **settings)


class S3:
    """Writes each batch as one object, named after its first and last index.

    The same batch again replaces the same object by the same bytes.
    """

    def __init__(
        self, bucket: str, prefix: str, form: Format, make_client: "Callable[[], Any]" = client
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix.strip("/")
        self._form = form
        self._make_client = make_client
        self._client: Any = None

    def send(self, rows: Sequence[Row]) -> None:
        """Put one object; it counts as delivered once the store said so."""
        import botocore.exceptions  # noqa: PLC0415 - as above

        body = gzip.compress(
            self._form.head() + b"".join(map(self._form.line, rows)), compresslevel=6, mtime=0
        )
        try:
            self._client = self._client or self._make_client()
            self._client.put_object(
                Bucket=self._bucket,
                Key=self.key(rows),
                Body=body,
                ContentType=self._form.media_type,
                ContentEncoding="gzip",
            )
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
            raise DeliveryError(f"bucket {self._bucket}: {error}") from error

    def key(self, rows: Sequence[Row]) -> str:
        """What the object of a batch is called: its day, and its indexes in order of letters."""
        first = rows[0]
        at = first.get("time")
        day = f"{at:%Y/%m/%d}" if isinstance(at, datetime) else "unknown"
        name = f"{first['index']:020}-{rows[-1]['index']:020}.{self._form.extension}.gz"
        return "/".join(filter(None, (self._prefix, day, name)))

    def close(self) -> None:
        """Let go of the client."""
        self._client = None
