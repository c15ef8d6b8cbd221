"""Where Redis is, read from its URL."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


class RedisUrlError(ValueError):
    """The URL of Redis cannot be read; the text never repeats any of it."""


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A host and port, or the path of a unix socket; who to be there, and which database."""

    host: str = ""
    port: int = 6379
    path: str = ""
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    database: int = 0

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> "RedisAddress":
        """Read ``redis://user:password@host:port/0``, ``rediss://`` or ``unix:///path?db=0``.

        Special characters in the password are written ``%40``. :class:`RedisUrlError` says what is
        wrong.
        """
        unreadable = "the URL of Redis cannot be read: are special characters written like %40?"
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            # Not kept as the cause: what cannot be read may be part of the password.
            raise RedisUrlError(unreadable) from None
        if parts.scheme not in {"redis", "rediss", "unix"}:
            msg = "the URL of Redis begins with redis://, rediss:// (TLS) or unix://"
            raise RedisUrlError(msg)
        is_unix = parts.scheme == "unix"
        database = dict(parse_qsl(parts.query)).get("db", "") if is_unix else parts.path[1:]
        if parts.fragment or (database and not database.isdecimal()):
            raise RedisUrlError(unreadable)
        if is_unix and (not parts.path.startswith("/") or "@" in parts.path):
            raise RedisUrlError(unreadable)
        if not is_unix and not parts.hostname:
            msg = "the URL of Redis names no host"
            raise RedisUrlError(msg)
        return cls(
            host="" if is_unix else parts.hostname or "",
            port=port or 6379,
            path=parts.path if is_unix else "",
            tls=parts.scheme == "rediss",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=int(database or 0),
        )
