"""A bucket as the log's processes know it: where it is, who they are there, what it answers.

Which place the table of a log lies in is said by a file beside it (:data:`MARK`), written once the
table is there, and by nothing else. The configuration says how that place is reached.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from ringwall.lake.handed import Handed
from ringwall.runtime.private_files import write_private

if TYPE_CHECKING:
    from ringwall.lake.bucket_config import InBucket
    from ringwall.runtime.configuration import Secret

VARIABLE: Final = "RINGWALL_BUCKET"
"""In the environment of whoever reads the table there."""
MARK: Final = "bucket.json"
"""Below the log: which bucket its table lies in; not there where it lies in the folder."""
_CONNECTS_WITHIN: Final = "5s"
_ANSWERS_WITHIN: Final = "60s"
_TRIES_AGAIN: Final = 2


class BucketError(OSError):
    """A bucket that does not do what it is to; the text begins with what has to be mended."""


class Bucket(Handed, frozen=True, kw_only=True):
    """``uri`` is ``s3://NAME/PREFIX``; what is empty is Amazon's, or what the machine has."""

    uri: str
    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    keys_at: str = "log.bucket"
    """Where in the configuration its keys stand."""

    def __repr__(self) -> str:
        return f"Bucket({self.uri!r})"

    @property
    def name(self) -> str:
        """The bucket's own name."""
        return urlsplit(self.uri).netloc

    @property
    def prefix(self) -> str:
        """What names of its objects begin with, without slashes around it."""
        return urlsplit(self.uri).path.strip("/")

    @property
    def place(self) -> "Place":
        """Where it is, without who is there."""
        return Place(uri=f"s3://{self.name}/{self.prefix}", endpoint=self.endpoint)

    def options(self) -> dict[str, str]:
        """What object_store, and so Delta, is told to reach it."""
        said = {
            "aws_endpoint": self.endpoint,
            "aws_region": self.region or "us-east-1",
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            # Commits are exclusive by the store's own conditional writes.
            "aws_conditional_put": "etag",
            "allow_http": "true" if self.endpoint.startswith("http://") else "",
            "connect_timeout": _CONNECTS_WITHIN,
            "timeout": _ANSWERS_WITHIN,
            "max_retries": str(_TRIES_AGAIN),
            "retry_timeout": _ANSWERS_WITHIN,
        }
        return {name: value for name, value in said.items() if value}


class Place(msgspec.Struct, frozen=True):
    """Where a table lies."""

    uri: str
    endpoint: str = ""


def place_of(log: Path) -> Place | None:
    """The bucket that the table of a log lies in; ``None`` for the folder."""
    try:
        return msgspec.json.decode((log / MARK).read_bytes(), type=Place)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        msg = f"{log / MARK} does not say which bucket the table lies in: put it back as it was"
        raise BucketError(msg) from error


def keep_place(log: Path, place: Place) -> None:
    """Have it known, durably, that the table lies there from now on."""
    write_private(log / MARK, msgspec.json.encode(place))


def writing(said: "InBucket") -> Bucket:
    """How the collector reaches it; ``LookupError`` where a secret leads nowhere."""
    return _bucket(said, said.access_key, said.secret_key, "log.bucket")


def reading(said: "InBucket") -> Bucket:
    """How all others do."""
    if said.read is None:
        return writing(said)
    return _bucket(said, said.read.access_key, said.read.secret_key, "log.bucket.read")


def _bucket(said: "InBucket", key: "Secret | None", secret: "Secret | None", at: str) -> Bucket:
    return Bucket(
        uri=said.uri.rstrip("/"),
        endpoint=said.endpoint or "",
        region=said.region or "",
        access_key=_revealed(key, f"{at}.access_key"),
        secret_key=_revealed(secret, f"{at}.secret_key"),
        keys_at=at,
    )


def _revealed(secret: "Secret | None", at: str) -> str:
    try:
        return "" if secret is None else secret.reveal()
    except LookupError as error:
        msg = f"{at}: {error}"
        raise LookupError(msg) from error


_ways: dict[Path, Callable[[], Bucket | None]] = {}


def _nowhere() -> None:
    """Nobody said how it is reached."""


def reached_by(log: Path, find: Callable[[], Bucket | None]) -> None:
    """Have this process ask ``find`` for the way to a log's bucket, if its table is in one.

    For commands, which know the configuration; processes have it in their environment.
    """
    _ways[log] = find


def way_to(log: Path, place: Place) -> Bucket:
    """How this process reaches the bucket of a log; :class:`BucketError` where it cannot know."""
    told = os.environ.get(VARIABLE)
    find = _ways.get(log, _nowhere)
    found = Bucket.read(told) if told else find()
    require_place(place, found)
    assert found is not None  # noqa: S101 - else it was refused
    return found


def passed_on(log: Path) -> dict[str, str]:
    """What the environment of another process has to have for it to read the table of this log.

    The keys of the bucket are among it; there is nothing where the table lies in a folder.
    """
    place = place_of(log)
    return {} if place is None else {VARIABLE: way_to(log, place).encoded()}


def require_place(place: Place, bucket: Bucket | None) -> None:
    """Refuse a configuration that names another place than the one the table lies in."""
    if bucket is None or bucket.place.uri != place.uri:
        named = "is not given" if bucket is None else f"names {bucket.place.uri}"
        msg = (
            f"log.bucket.uri {named}, but the table of events lies in {place.uri}: put it back. "
            "docs/log.md says how a table is moved out of a bucket"
        )
        raise BucketError(msg)


_NO_ANSWER: Final = (
    "error sending request|error trying to connect|tcp connect|timed out|timeout"
    "|connection closed|connection reset|50[0-9] [A-Z]|SlowDown|InternalError"
)
_MEANINGS: Final = (
    ("NoSuchBucket", "{at}.uri", "there is no bucket {name} at {endpoint}: make it, or mend this"),
    ("InvalidAccessKeyId", "{keys}.access_key", "{endpoint} knows no such key"),
    ("SignatureDoesNotMatch", "{keys}.secret_key", "this is not the secret of the access key"),
    ("AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocation", "{at}.region",
     "the bucket {name} is in another region"),
    ("AccessDenied|403 Forbidden|PermissionDenied", "{keys}.access_key",
     "this key may not do that in {name}"),
    ("401 Unauthorized|Unauthenticated|InvalidToken|ExpiredToken", "{keys}.access_key",
     "{endpoint} does not take this key"),
    ("metadata|IMDS|CredentialsNotLoaded|no providers|loading credentials", "{at}.access_key",
     "it is not given, and this machine has no key of its own for {name}"),
    ("dns error|failed to lookup", "{at}.endpoint", "{endpoint} is a name that nobody knows"),
    ("invalid peer certificate|certificate", "{at}.endpoint",
     "the certificate of {endpoint} is of no authority that this machine trusts"),
    (_NO_ANSWER, "{at}.endpoint", "{endpoint} does not answer as it should: {said}"),
)  # fmt: skip


def meant(text: str, bucket: Bucket) -> str:
    """What an error of the store means, beginning with the field that it is about."""
    plain = " ".join(re.sub(r"\x1b\[[0-9;]*m|↳", "", text).split())
    known = {
        "at": "log.bucket",
        "keys": bucket.keys_at,
        "name": bucket.name,
        "endpoint": bucket.endpoint or "Amazon S3",
        "said": _shortest(plain),
    }
    for pattern, field, words in _MEANINGS:
        if re.search(pattern, plain):
            return f"{field.format(**known)}: {words.format(**known)}"
    return f"log.bucket: {bucket.name} cannot be used: {plain[:400]}"


def _shortest(plain: str) -> str:
    """The cause, which stands last."""
    for one in ("Connection refused", "timed out", "connection reset", "connection closed"):
        if one.lower() in plain.lower():
            return one.lower()
    found = re.search(r"\b50[0-9] [A-Z][A-Za-z ]+", plain)
    return found.group().strip() if found else plain[-120:]


@contextmanager
def told_of(bucket: Bucket) -> Iterator[None]:
    """Tell what the store says in a sentence, by :class:`BucketError`."""
    try:
        yield
    except BucketError:
        raise
    except Exception as error:
        if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
            raise  # of an object, which may have gone meanwhile
        if not is_of_store(error):
            raise
        raise BucketError(meant(str(error), bucket)) from error


def is_of_store(error: BaseException) -> bool:
    """Whether an error comes from the store, by Delta or by ourselves."""
    text = str(error)
    return any(
        one in text for one in ("Generic S3 error", "Error performing ", "aws_", "AWS", "IMDS")
    ) or (type(error).__module__.startswith("obstore"))


def names_what_is_gone(error: Any) -> str | None:
    """The file that is not in the bucket any more, of an error that DuckDB made of it."""
    found = re.search(r"FileNotFoundError: (.*)", str(error), re.DOTALL)
    return found.group(1).strip() if found else None


def sentence_in(error: Any) -> str | None:
    """What was wrong with the bucket, of an error that DuckDB made of it."""
    found = re.search(r"BucketError: (.+)", str(error))
    return found.group(1).strip() if found else None
