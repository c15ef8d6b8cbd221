"""Django's settings, the same for web, worker and tests; all that varies is in the environment."""

import os
from pathlib import Path

from ringwall.runtime.database import database_settings
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import STATE_VARIABLE
from ringwall.runtime.private_files import private_folder
from ringwall.runtime.secret_key import secret_key
from ringwall.runtime.table_files import FOLDER

_state = Path(os.environ.get(STATE_VARIABLE, ".ringwall")).absolute()

STATE = str(_state)
SECRET_KEY = secret_key(_state)
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
