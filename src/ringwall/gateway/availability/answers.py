"""Answers that the edge has ready for a service which cannot answer by itself."""

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, StringConstraints

from ringwall.inventory.config import Positive
from ringwall.runtime.configuration import Form, StrictModel

LONGEST: Final = 32 * 1024
"""Bytes of such an answer."""
_CHARACTERS: Final = LONGEST // 4

Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=_CHARACTERS),
    Form(f"1 to {_CHARACTERS} characters"),
]
MediaType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+(; ?[a-z]+=[A-Za-z0-9.+-]+)?$", max_length=100),
    Form("a media type, such as text/html or application/json"),
]
PLAIN: Final = "text/plain; charset=utf-8"


class Maintenance(StrictModel):
    """An answer 503 of the edge's own, whoever asks: nobody has to be signed in for it."""

    until: (
        Annotated[AwareDatetime, Form("a time with its zone, such as 2026-12-01T06:00:00Z")] | None
    ) = None
    """When it is meant to be over, which is told as `Retry-After`. It lasts until the whole key is
    taken out."""
    text: Words = "This is being worked on. Please try again later.\n"
    """What is answered."""
    content_type: MediaType = PLAIN
    """What the text is. A page may have its style in it, but no script and nothing of elsewhere."""


class WhenGone(StrictModel):
    """An answer in place of one that says no more than that the service is not there."""

    status: Literal[200, 503] = 503
    """200 is for what is as good as an answer, such as an empty list."""
    text: Words = "This cannot be reached at the moment. Please try again later.\n"
    """What is answered."""
    content_type: MediaType = PLAIN
    """What the text is. A page may have its style in it, but no script and nothing of elsewhere."""
    retry_after: Positive = 30.0
    """When to come again, in whole seconds; told with 503 alone."""
