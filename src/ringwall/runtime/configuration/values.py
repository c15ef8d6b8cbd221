"""The base of configuration models, and the types their values have."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import core_schema

from ringwall.runtime.configuration.quantities import FORM, ByteSize, Duration
from ringwall.runtime.configuration.references import Secret

__all__ = ["Address", "ByteSize", "Duration", "Form", "Secret", "StrictModel"]

_ALLOWED: Final = "write host:port, [ipv6]:port or unix:/path"
_TCP: Final = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?)\]|(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*))"
    r":(?P<port>[0-9]{1,5})"
)
_LONGEST_PATH: Final = 100


@dataclass(frozen=True, slots=True)
class Form:
    """Says in words what a text looks like, for messages: put it beside a pattern.

    ``Annotated[str, StringConstraints(pattern=...), Form("lower-case letters and digits")]``.
    """

    words: str

    def __get_pydantic_json_schema__(
        self, core: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core), FORM: self.words}


class StrictModel(BaseModel):
    """A configuration model: unknown keys are errors, values never change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


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
        if text.startswith("unix:"):
            path = text.removeprefix("unix:")
            if not 0 < len(path.encode()) <= _LONGEST_PATH or not path.isprintable():
                msg = f"{_ALLOWED}; a socket path has 1 to {_LONGEST_PATH} bytes"
                raise ValueError(msg)
            return cls(path=path)
        match = _TCP.fullmatch(text)
        if match is None:
            raise ValueError(_ALLOWED)
        if not 0 < int(match["port"]) < 65536:
            msg = f"{_ALLOWED}; a port is 1 to 65535"
            raise ValueError(msg)
        host: str = match["name"] or str(ipaddress.IPv6Address(match["v6"]))
        return cls(host=host, port=int(match["port"]))

    @property
    def is_unix(self) -> bool:
        """Whether this is a socket in the file system."""
        return bool(self.path)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.is_unix or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False  # any other name may lead anywhere, "127.0.0.1.example.com" too

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
                raise ValueError(_ALLOWED)  # noqa: TRY004 - pydantic turns ValueError into a problem
            return cls.parse(value)

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            FORM: "host:port, [ipv6]:port or unix:/path",
            "examples": ["127.0.0.1:8080"],
        }
