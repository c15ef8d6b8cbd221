"""A prefix of a bucket becomes one log's own, once it is known that nobody else can have it too.

What is relied on: the store does a conditional write (``If-None-Match: *``) for one of two who try.
Delta's commits rest on it, so it is tried here; a store that takes any such write is refused.
"""

import secrets
from pathlib import Path
from typing import Any, Final

import msgspec

from ringwall.lake.bucket import Bucket, BucketError, told_of
from ringwall.lake.bucket_files import extra, store_of
from ringwall.runtime.private_files import write_private

CLAIM: Final = "_ringwall/log.json"
"""Below the prefix: whose it is. Delta passes over names that begin with an underscore."""
_OWN: Final = "bucket-id"
"""Below the log: by which it knows its own prefix again."""
_DELTA: Final = "_delta_log"


class Claim(msgspec.Struct, frozen=True):
    """The log that a prefix belongs to: ``id`` is random, ``origin`` its name."""

    id: str
    origin: str


def claim(log: Path, bucket: Bucket, origin: str) -> None:
    """Have the prefix be this log's; :class:`BucketError` where it is another's, or cannot be."""
    obstore, store = extra(), store_of(bucket)
    own = Claim(_id_of(log), origin)
    with told_of(bucket):
        found = _read(obstore, store)
        if found is None:
            _refuse_tables(obstore, store, bucket)
            _put(obstore, store, own)
            found = _read(obstore, store)
        if found is None or found.id != own.id:
            whose = "another log" if found is None else f"the log {found.origin}"
            msg = f"log.bucket.uri: {bucket.uri} belongs to {whose}: name another prefix"
            raise BucketError(msg)
        if _put(obstore, store, own):
            msg = (
                "log.bucket.endpoint: this store takes conditional writes (If-None-Match) for any "
                "others, so that two could write at once: use one that knows them"
            )
            raise BucketError(msg)


def _put(obstore: Any, store: Any, own: Claim) -> bool:
    """Whether it was written, as it is where there was none."""
    try:
        obstore.put(store, CLAIM, msgspec.json.encode(own), mode="create")
    except obstore.exceptions.AlreadyExistsError:
        return False
    return True


def _read(obstore: Any, store: Any) -> Claim | None:
    try:
        content = bytes(obstore.get(store, CLAIM).bytes())
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise
        return None
    try:
        return msgspec.json.decode(content, type=Claim)
    except msgspec.DecodeError:
        return Claim("", "of something else")


def _refuse_tables(obstore: Any, store: Any, bucket: Bucket) -> None:
    for page in obstore.list(store, prefix=_DELTA):
        if page:
            msg = (
                f"log.bucket.uri: there is a table of somebody else's in {bucket.uri}: name "
                "another prefix"
            )
            raise BucketError(msg)


def _id_of(log: Path) -> str:
    path = log / _OWN
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        made = secrets.token_hex(16)
        write_private(path, made.encode())
        return made
