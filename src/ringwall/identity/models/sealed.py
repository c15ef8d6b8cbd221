"""Columns that a copy of the database does not give away."""

import logging
from typing import Any

from django.db import models

from ringwall.identity.sealing import UnsealingError, seal, unseal

log = logging.getLogger("ringwall.identity")


class SealedText(models.TextField):  # type: ignore[type-arg]
    """A text that is sealed in its table and plain everywhere else; it cannot be searched.

    One that cannot be unsealed, since the key is another one, reads as empty.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Seal; nothing stays nothing."""
        return seal(str(value).encode()) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """Unseal."""
        if not value:
            return value
        try:
            return unseal(value).decode()
        except UnsealingError as error:
            log.error("%s.%s: %s", self.model.__name__, self.name, error)  # noqa: TRY400 - the text says it all
            return ""

    def deconstruct(self) -> Any:
        """A text as any other for the database, so that migrations know nothing of it."""
        name, _, args, more = super().deconstruct()
        return name, "django.db.models.TextField", args, more
