"""What every page may show."""

from typing import Any

from django.http import HttpRequest

from ringwall import __version__
from ringwall.identity.installed import current_facts


def identity(request: HttpRequest) -> dict[str, Any]:
    """The company's name, the version for static files, and the session, as ``rw_*``."""
    return {
        "rw_name": current_facts().settings.name,
        "rw_version": __version__,
        "rw_session": getattr(request, "ringwall_session", None),
    }
