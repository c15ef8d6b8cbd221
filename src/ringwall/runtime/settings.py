"""Django's settings, the same for web, worker and tests; all that varies is in the environment."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from ringwall.runtime.database import database_settings
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import STATE_VARIABLE
from ringwall.runtime.private_files import private_folder
from ringwall.runtime.table_files import FOLDER

_SHORTEST_KEY: Final = 50

_state = Path(os.environ.get(STATE_VARIABLE, ".ringwall")).absolute()


def _secret_key() -> str:
    """Django's signing key, made once and kept 0600 in the state folder.

    Web and worker start at the same time: the key is written whole under another name, and the
    first to give it its own name wins.
    """
    path = _state / "secret.key"
    if not path.exists():
        _state.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = _state / f".secret.key-{os.getpid()}-{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
        finally:
            fresh.unlink()
    key = path.read_text(encoding="ascii")
    if len(key) < _SHORTEST_KEY:
        msg = f"{path} is damaged: remove it, a new one is made (whoever is signed in has to again)"
        raise ValueError(msg)
    return key


STATE = str(_state)
SECRET_KEY = _secret_key()
private_folder(_state / FOLDER)
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the edge has matched the host before a request comes here
ROOT_URLCONF = "ringwall.runtime.urls"
INSTALLED_APPS = ["ringwall.runtime"]
MIDDLEWARE = [
    "ringwall.runtime.middleware.PrivatePages",
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

for _module in modules("settings"):
    # What modules bring: more apps and middleware, and settings of their own.
    for _name in filter(str.isupper, dir(_module)) if _module.__name__ != __name__ else ():
        if _name in {"INSTALLED_APPS", "MIDDLEWARE"}:
            globals()[_name] += getattr(_module, _name)
        else:
            globals()[_name] = getattr(_module, _name)
