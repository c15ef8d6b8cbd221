"""Read a JSON body and say everything that is wrong with it at once."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Self

from starlette.requests import Request

from shop.problems import Problem

LARGEST_BODY = 64 * 1024
"""Bytes."""


async def read_body(request: Request) -> bytes:
    """Return the body; a 413 problem as soon as it is too large, without reading the rest."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Problem(413, f"The body may have {LARGEST_BODY} bytes.")
    return bytes(body)


async def read_object(request: Request) -> "Fields":
    """Return the fields of the JSON object in the body; 400, 413 or 415 problems otherwise."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(415, "Send the body as application/json.")
    try:
        value = json.loads(await read_body(request))
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise Problem(400, "The body must be a JSON object.")
    return Fields(value)


class Fields:
    """The fields of a JSON object, taken one by one; ``finish`` raises all complaints together.

    A field that is wrong is returned as an empty value: nothing may be done with the values
    before ``finish`` has passed.
    """

    def __init__(
        self, raw: Mapping[str, object], *, at: str = "", errors: dict[str, str] | None = None
    ) -> None:
        self._raw, self._at = raw, at
        self._taken: set[str] = set()
        self._errors = {} if errors is None else errors

    def complain(self, name: str, text: str) -> None:
        """Add a complaint about a field."""
        self._errors[self._at + name] = text

    def _take(self, name: str) -> object:
        self._taken.add(name)
        return self._raw.get(name)

    def text(self, name: str, *, longest: int, required: bool = True, lines: bool = False) -> str:
        """Return a text without control characters; line breaks are allowed with ``lines``."""
        value = self._take(name)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or len(value) > longest or (required and not value.strip()):
            self.complain(
                name, f"{name} is a text of {1 if required else 0} to {longest} characters"
            )
            return ""
        value = value.replace("\r\n", "\n").strip()
        allowed = "\n" if lines else ""
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed for c in value):
            self.complain(name, f"{name} contains a control character")
            return ""
        return value

    def integer(self, name: str, *, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self._take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.complain(name, f"{name} is a whole number from {least} to {most}")
            return 0
        return value

    def optional_integer(self, name: str, *, least: int, most: int) -> int | None:
        """Return a whole number within bounds, or ``None`` where the field is missing."""
        return self.integer(name, least=least, most=most) if name in self._raw else None

    def items(self, name: str, *, most: int) -> list[Self]:
        """Return the fields of each object in a list of 1 to ``most``."""
        value = self._take(name)
        if (
            not isinstance(value, list)
            or not 1 <= len(value) <= most
            or not all(isinstance(item, dict) for item in value)
        ):
            self.complain(name, f"{name} is a list of 1 to {most} objects")
            return []
        return [
            type(self)(item, at=f"{self._at}{name}[{index}].", errors=self._errors)
            for index, item in enumerate(value)
        ]

    def close(self) -> None:
        """Complain about fields that nobody asked for: most likely typing mistakes."""
        for name in self._raw.keys() - self._taken:
            self.complain(name, f"{name} is not a field here")

    def finish(self) -> None:
        """Raise a 422 problem with every complaint, if there is one."""
        self.close()
        if self._errors:
            raise Problem(422, "Some fields are not as they should be.", errors=self._errors)
