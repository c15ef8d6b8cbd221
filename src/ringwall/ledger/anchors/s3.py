"""A bucket with object lock (S3 or what speaks like it): nobody deletes there before the time."""

from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Any, Literal

from ringwall.core.clock import Clock, SystemClock
from ringwall.ledger.anchors.anchor import AnchorError, Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Anchor:
    """Puts each checkpoint at ``prefix`` + name + ``.note`` in ``bucket``, locked for ``days``.

    ``COMPLIANCE`` is a lock that not even the owner of the account can take away. Without
    ``access_key``, who to be is found as boto3 finds it. The bucket needs object lock, which can
    only be had when it is made; who writes there needs s3:PutObject, s3:PutObjectRetention,
    s3:GetObject and s3:GetObjectRetention.
    """

    name: str
    bucket: str
    days: int
    prefix: str = ""
    mode: Literal["COMPLIANCE", "GOVERNANCE"] = "COMPLIANCE"
    region: str | None = None
    endpoint: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    timeout: float = 10.0
    clock: Clock = field(default_factory=SystemClock, repr=False)

    def put(self, sealed: Sealed) -> None:
        """See :class:`ringwall.ledger.anchors.anchor.Anchor`."""
        try:
            boto3, errors = import_module("boto3"), import_module("botocore.exceptions")
            config = import_module("botocore.config").Config
        except ImportError:
            msg = f"the anchor {self.name!r} needs boto3: install ringwall[s3]"
            raise AnchorError(msg) from None
        key = f"{self.prefix}{sealed.name}.note"
        try:
            client = boto3.client(
                "s3",
                region_name=self.region,
                endpoint_url=self.endpoint,
                aws_access_key_id=self.access_key,
                aws_secret_access_key=self.secret_key,
                config=config(
                    connect_timeout=self.timeout,
                    read_timeout=self.timeout,
                    retries={"total_max_attempts": 1},
                ),
            )
            answer = client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=sealed.note.to_bytes(),
                ContentType="text/plain; charset=utf-8",
                ChecksumAlgorithm="SHA256",  # S3 wants one with every lock
                ObjectLockMode=self.mode,
                ObjectLockRetainUntilDate=self.clock.now() + timedelta(days=self.days),
            )
            self._check_locked(client, key, answer)
        except (errors.BotoCoreError, errors.ClientError, ValueError) as error:
            msg = f"the anchor {self.name!r} did not take {key}: {_code(error)}"
            raise AnchorError(msg) from None

    def _check_locked(self, client: Any, key: str, answer: dict[str, Any]) -> None:
        """Some servers take the lock's headers and do nothing with them."""
        version = {"VersionId": answer["VersionId"]} if "VersionId" in answer else {}
        found = client.head_object(Bucket=self.bucket, Key=key, **version)
        until = found.get("ObjectLockRetainUntilDate")
        if found.get("ObjectLockMode") != self.mode or until is None or until < self.clock.now():
            msg = f"the anchor {self.name!r} did not lock {key}: has the bucket object lock?"
            raise AnchorError(msg)


def _code(error: Any) -> str:
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(code or type(error).__name__)
