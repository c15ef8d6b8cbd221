"""References to secrets: the file says where a secret is, never what it is."""

import os
import re
from pathlib import Path
from typing import Any, Final

from pydantic_core import core_schema

from ringwall.runtime.configuration.quantities import FORM

_FORM: Final = r"\$\{(env:[A-Za-z_][A-Za-z0-9_]{0,254}|file:/[^}\x00-\x1f]{1,4096})\}"


class Secret:
    """A reference to a secret, never the secret: ``${env:NAME}`` or ``${file:/path}``.

    The value is read when it is needed and is in no ``repr``, version or error.
    """

    __slots__ = ("kind", "name")

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name

    @classmethod
    def parse(cls, text: object) -> "Secret":
        """Read the reference; a literal is refused without being repeated in the message."""
        match = re.fullmatch(_FORM, text) if isinstance(text, str) else None
        if match is None:
            msg = "a secret is never written in the file: write ${env:NAME} or ${file:/path}"
            raise ValueError(msg)
        kind, _, name = match[1].partition(":")
        return cls(kind, name)

    @classmethod
    def is_reference(cls, text: str) -> bool:
        """Whether the text is a reference, and so may be shown."""
        return re.fullmatch(_FORM, text) is not None

    def reveal(self) -> str:
        """Return the secret itself; ``LookupError`` names the reference that leads nowhere."""
        if self.kind == "env":
            if self.name not in os.environ:
                msg = (
                    f"the environment has no variable {self.name}; set it before starting Ringwall"
                )
                raise LookupError(msg)
            return os.environ[self.name]
        reason = "it is not UTF-8 text"
        try:
            return Path(self.name).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            reason = error.strerror or "it cannot be read"
        except UnicodeDecodeError:
            pass  # not kept as the cause: that error carries the file's bytes
        msg = f"cannot read the secret file {self.name}: {reason}"
        raise LookupError(msg)

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
            "pattern": f"^{_FORM}$",
            FORM: "${env:NAME} or ${file:/path}",
            "writeOnly": True,
        }
