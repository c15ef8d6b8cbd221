"""Django's sessions as we keep them: by a hash of the cookie, and sealed.

The cookie of the host of sign-in is all that somebody needs to be that person, and what is kept
with it may hold the secret of an app that is being set up. A copy of the database gives neither
away.
"""

from typing import Any, Final

from django.contrib.sessions.backends.db import SessionStore as InTables
from django.utils import timezone

from ringwall.identity.sealing import UnsealingError, seal, unseal
from ringwall.identity.secrets import hash_of

_CHARACTERS: Final = 40
"""Of the hash, 160 bits: what the table has room for, and as much as the cookie holds."""


def kept_key(key: str | None) -> str:
    """What stands for the cookie ``key`` in tables; empty for none."""
    return hash_of(key)[:_CHARACTERS] if key else ""


class SessionStore(InTables):
    """Finds and keeps by the hash; the cookie itself is known to this request alone."""

    def _get_session_from_db(self) -> Any:
        found = self.model.objects.filter(
            session_key=kept_key(self.session_key), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Whether a cookie is taken."""
        return bool(self.model.objects.filter(session_key=kept_key(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row of this session."""
        made = super().create_model_instance(data)
        made.session_key = kept_key(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        """Forget the session of a cookie, of this one unless said."""
        key = session_key or self.session_key
        if key:
            forget(kept_key(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Seal what is kept."""
        return seal(self.serializer().dumps(session_dict))

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """What was kept; nothing when it cannot be unsealed."""
        try:
            sealed = session_data if isinstance(session_data, str) else session_data.decode()
            found: dict[str, Any] = self.serializer().loads(unseal(sealed))
        except (UnsealingError, ValueError):
            return {}
        return found


def forget(kept: str) -> None:
    """Forget the session that is kept under ``kept``, so that its cookie leads nowhere."""
    SessionStore.get_model_class().objects.filter(session_key=kept).delete()
