"""Django's settings, the same for web, worker and tests; all that varies is in the environment."""

import os
import secrets
from pathlib import Path

from ringwall.runtime.database import database_settings
from ringwall.runtime.installation import STATE_VARIABLE

_state = Path(os.environ.get(STATE_VARIABLE, ".ringwall")).absolute()


def _secret_key() -> str:
    """Django's signing key, made once and kept 0600 in the state folder."""
    path = _state / "secret.key"
    _state.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the edge has matched the host before a request comes here
ROOT_URLCONF = "ringwall.runtime.urls"
INSTALLED_APPS = ["ringwall.runtime"]
MIDDLEWARE = [
    "ringwall.runtime.middleware.private_pages",
    "django.middleware.common.CommonMiddleware",
]
DATABASES = {
    "default": database_settings(os.environ.get("RINGWALL_DATABASE_URL"), state=_state),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
LOGGING_CONFIG = None
