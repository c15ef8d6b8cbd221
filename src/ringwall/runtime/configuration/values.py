"""Scalar types used in configuration models: what is written, and what it becomes."""

import os
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import core_schema

_UNITS: Final = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
_SIZE_FORM: Final = r"([0-9]{1,15})(B|KiB|MiB|GiB)?"
_SIZES: Final = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}


class StrictModel(BaseModel):
    """A configuration model: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True
    )


def _duration(value: object) -> float:
    form = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)"
    match = re.fullmatch(form, value) if isinstance(value, str) else None
    if match is None:
        msg = "write a number and a unit: ms, s, m, h or d (for example 30s or 250ms)"
        raise ValueError(msg)
    return float(Decimal(match[1]) * _UNITS[match[2]])


def _written_duration(value: object, info: ValidationInfo) -> float:
    # Code gives seconds as a float; in a file a bare number says no unit and is refused.
    if isinstance(value, float) and info.mode == "python":
        return value
    return _duration(value)


def duration_text(seconds: float) -> str:
    """Return seconds as they are written: ``250ms``, ``30s``, ``2h``; exact, so it reads back."""
    exact = Decimal(repr(seconds))
    for unit in ("d", "h", "m", "s", "ms"):
        count = exact / _UNITS[unit]
        if count == count.to_integral_value() and (count or unit == "s"):
            return f"{count:.0f}{unit}"
    return f"{exact:f}s"


def _size(value: object) -> int:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    match = re.fullmatch(_SIZE_FORM, text) if isinstance(text, str) else None
    if match is None:
        msg = "write a number of bytes, or a number and KiB, MiB or GiB (for example 1MiB)"
        raise ValueError(msg)
    return int(match[1]) * _SIZES[match[2] or ""]


def size_text(size: int) -> str:
    """Return bytes as they are written: ``64KiB``, ``1MiB``; exact."""
    for unit in ("GiB", "MiB", "KiB"):
        if size and size % _SIZES[unit] == 0:
            return f"{size // _SIZES[unit]}{unit}"
    return str(size)


Duration = Annotated[
    float,
    BeforeValidator(_written_duration),
    PlainSerializer(duration_text, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h|d)$",
            "description": "a length of time: a number and ms, s, m, h or d, such as 30s",
            "examples": ["30s"],
        }
    ),
]
"""Seconds, written with a unit: ``250ms``, ``30s``, ``24h``. YAML floats have no unit: refused."""

ByteSize = Annotated[
    int,
    BeforeValidator(_size),
    PlainSerializer(size_text, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 10**15 - 1},
                {"type": "string", "pattern": f"^{_SIZE_FORM}$"},
            ],
            "description": "a size: bytes, or a number and KiB, MiB or GiB, such as 64KiB",
            "examples": ["64KiB"],
        }
    ),
]
"""Bytes, written ``65536`` or ``64KiB``."""


class Address:
    """Where to listen or connect: ``host:port``, ``[v6]:port`` or ``unix:/path``.

    A relative unix path is taken from the run folder, so that it stays short enough for a
    socket (108 bytes, unix(7)).
    """

    __slots__ = ("host", "path", "port")

    def __init__(self, *, host: str = "", port: int = 0, path: str = "") -> None:
        self.host, self.port, self.path = host, port, path

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read the written form; ``ValueError`` says what is allowed."""
        allowed = "write host:port, [ipv6]:port or unix:/path"
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            if not path or len(path.encode()) > 100 or "\0" in path:
                msg = f"{allowed}; a socket path has 1 to 100 bytes"
                raise ValueError(msg)
            return cls(path=path)
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not re.fullmatch(r"\d{1,5}", port) or not 0 < int(port) < 65536:
            msg = f"{allowed}; a port is 1 to 65535"
            raise ValueError(msg)
        if not re.fullmatch(r"[A-Za-z0-9._:%-]+", host):
            raise ValueError(allowed)
        return cls(host=host, port=int(port))

    @property
    def is_unix(self) -> bool:
        """Whether this is a socket in the file system."""
        return bool(self.path)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.is_unix or self.host in {"localhost", "::1"} or self.host.startswith("127.")

    def __str__(self) -> str:
        if self.is_unix:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        def validate(value: object) -> Address:
            if isinstance(value, Address):
                return value
            if not isinstance(value, str):
                msg = "write host:port, [ipv6]:port or unix:/path"
                raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a problem
            return cls.parse(value)

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "description": "host:port, [ipv6]:port or unix:/path"}


class Secret:
    """A reference to a secret, never the secret: ``${env:NAME}`` or ``${file:/path}``.

    The value is read when it is needed and is in no ``repr``, version or error.
    """

    __slots__ = ("kind", "name")

    _FORM: Final = re.compile(r"\$\{(env|file):([^}\n]+)\}")

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name

    @classmethod
    def parse(cls, text: object) -> "Secret":
        """Read the reference; a literal is refused without being repeated in the message."""
        match = cls._FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            msg = "a secret is never written in the file: write ${env:NAME} or ${file:/path}"
            raise ValueError(msg)
        return cls(match[1], match[2])

    def reveal(self) -> str:
        """Return the secret itself; ``LookupError`` names the reference that leads nowhere."""
        if self.kind == "env":
            if self.name not in os.environ:
                msg = (
                    f"the environment has no variable {self.name}; set it before starting Ringwall"
                )
                raise LookupError(msg)
            return os.environ[self.name]
        try:
            return Path(self.name).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            msg = f"cannot read the secret file {self.name}: {error.strerror}"
            raise LookupError(msg) from error

    def __str__(self) -> str:
        return f"${{{self.kind}:{self.name}}}"

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, Secret) else cls.parse(value),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^\$\{(env|file):[^}\n]+\}$",
            "description": "a reference to a secret: ${env:NAME} or ${file:/path}",
            "writeOnly": True,
        }
