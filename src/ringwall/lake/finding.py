"""How commands reach the bucket that a log's table lies in: as the configuration says, if asked."""

from pathlib import Path

from ringwall.lake.bucket import Bucket, reached_by, reading
from ringwall.runtime.installation import Installation


def find_bucket(installation: Installation, log: Path) -> None:
    """Have this process find the bucket of a log in the configuration, once it is asked for."""

    def find() -> Bucket | None:
        from ringwall.lake.config import LOG, Log  # noqa: PLC0415 - most commands never ask

        said = installation.load().one(Log, LOG).bucket
        return None if said is None else reading(said)

    reached_by(log, find)
