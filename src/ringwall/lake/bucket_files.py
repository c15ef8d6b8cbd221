"""Files of a table in a bucket, as DuckDB reads them: ranges of objects that never change.

DuckDB reads through fsspec's interface, so that it needs no extension that is loaded from
elsewhere; and it can open here what is said and nothing else, whatever a statement names.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import duckdb

from ringwall.lake.bucket import Bucket, BucketError, told_of

_TAIL: Final = 64 * 1024
"""Bytes at the end of a file that are read with its size: what Parquet says of itself is there."""
_TAILS: Final = 512
"""Of so many files this is kept in memory."""
_UNCHANGED: Final = datetime(2026, 1, 1, tzinfo=UTC)
_TRIES_AGAIN: Final = 2


def extra() -> Any:
    """The module obstore, which the extra ``bucket`` brings; :class:`BucketError` without it."""
    try:
        import fsspec  # type: ignore[import-untyped]  # noqa: F401, PLC0415 - an extra
        import obstore  # noqa: PLC0415 - as above
        import obstore.store  # noqa: PLC0415 - as above
    except ImportError as error:
        msg = "log.bucket needs the extra: pip install 'ringwall[bucket]'"
        raise BucketError(msg) from error
    return obstore


def store_of(bucket: Bucket) -> Any:
    """The objects of a bucket below its prefix, by obstore's interface."""
    own = {"allow_http", "connect_timeout", "timeout", "max_retries", "retry_timeout"}
    said = bucket.options()
    client: dict[str, Any] = {one: said[one] for one in ("connect_timeout", "timeout")}
    if "allow_http" in said:
        client["allow_http"] = True
    with told_of(bucket):
        return extra().store.S3Store(
            bucket.name,
            prefix=bucket.prefix,
            config={name: value for name, value in said.items() if name not in own},
            client_options=client,
            retry_config={"max_retries": _TRIES_AGAIN, "retry_timeout": timedelta(seconds=60)},
        )


class Objects:
    """The objects of one bucket. Thread-safe, and made once in a process."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.root = f"{bucket.place.uri}/"
        self._obstore, self._store = extra(), store_of(bucket)
        self._lock = threading.Lock()
        self._tails: OrderedDict[str, tuple[int, bytes]] = OrderedDict()

    def tail(self, name: str) -> tuple[int, bytes]:
        """The size of an object, and its last bytes."""
        with self._lock:
            if name in self._tails:
                self._tails.move_to_end(name)
                return self._tails[name]
        with told_of(self.bucket):
            asked = {"range": {"suffix": _TAIL}}
            got = self._obstore.get(self._store, name, options=asked)
            found = int(got.meta["size"]), bytes(got.bytes())
        with self._lock:
            self._tails[name] = found
            while len(self._tails) > _TAILS:
                self._tails.popitem(last=False)
        return found

    def read(self, name: str, first: int, end: int) -> bytes:
        """The bytes of an object from ``first`` to before ``end``."""
        size, tail = self.tail(name)
        if first >= size - len(tail):
            return tail[first - size + len(tail) : end - size + len(tail)]
        with told_of(self.bucket):
            return bytes(self._obstore.get_range(self._store, name, start=first, end=end))


_known: dict[Bucket, Objects] = {}
_knowing = threading.Lock()


def objects_of(bucket: Bucket) -> Objects:
    """The objects of a bucket, the same in all of this process."""
    with _knowing:
        if bucket not in _known:
            _known[bucket] = Objects(bucket)
        return _known[bucket]


class _Open:
    """A file that is read; one thread uses it at a time."""

    def __init__(self, objects: Objects, name: str) -> None:
        self._objects, self._name = objects, name
        self._size, self._at = objects.tail(name)[0], 0

    def read(self, count: int = -1) -> bytes:
        end = self._size if count < 0 else min(self._size, self._at + count)
        if end <= self._at:
            return b""
        found = self._objects.read(self._name, self._at, end)
        self._at = end
        return found

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        """Nothing is open."""


def reach(
    database: duckdb.DuckDBPyConnection, bucket: Bucket, only: Collection[str] | None = None
) -> None:
    """Have a database read files of a bucket: all of its prefix, or ``only`` these."""
    objects = objects_of(bucket)
    from fsspec import AbstractFileSystem  # noqa: PLC0415 - an extra

    chosen = None if only is None else frozenset(only)

    class Files(AbstractFileSystem):  # type: ignore[misc]
        """Of Parquet's files there is asked for the size, and ranges are read."""

        protocol = "s3"
        cachable = False

        def _name(self, path: str) -> str:
            outside = not path.startswith(objects.root) or ".." in path
            if outside or (chosen is not None and path not in chosen):
                msg = f"{path} is none of the table's files"
                raise PermissionError(msg)
            return path.removeprefix(objects.root)

        def open(self, path: str, mode: str = "rb", **_: Any) -> Any:
            name = self._name(path)
            if mode not in {"r", "rb"}:
                msg = f"{path} is read and never written"
                raise PermissionError(msg)
            return _Open(objects, name)

        def glob(self, path: str, **_: Any) -> list[str]:
            self._name(path)
            return [path]

        def size(self, path: str) -> int:
            return objects.tail(self._name(path))[0]

        def modified(self, path: str) -> datetime:
            self._name(path)
            return _UNCHANGED

        def exists(self, path: str, **_: Any) -> bool:
            self._name(path)
            return True

        def info(self, path: str, **_: Any) -> dict[str, Any]:
            return {"name": path, "size": self.size(path), "type": "file"}

    if database.filesystem_is_registered("s3"):
        database.unregister_filesystem("s3")
    database.register_filesystem(Files())
