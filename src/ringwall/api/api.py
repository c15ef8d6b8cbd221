"""Version 1, below ``/api/v1/`` at the host of sign-in."""

from typing import Final

from django.urls import URLPattern, URLResolver, include, path
from ninja import NinjaAPI

from ringwall import __version__
from ringwall.access.actions import Action
from ringwall.api import log, problems, tree
from ringwall.api.letting_in import LetIn
from ringwall.identity.pages.guarded import guarded_by

api: Final = NinjaAPI(
    title="Ringwall",
    version=__version__,
    description="Ask with a session of the host of sign-in, or with `Authorization: Bearer` and an "
    "API key or an access token of the company.",
    urls_namespace="api-1",
    docs_url=None,
)
api.add_router("/log/", log.router, auth=LetIn(Action.LOG_SEE), tags=["log"])
api.add_router("/log/", tree.router, auth=LetIn(Action.LOG_SEE), tags=["log"])
problems.tell(api)


def _guarded() -> list[URLPattern | URLResolver]:
    """The patterns, each of whose views names what it asks about, but for the document."""
    found, namespace, _ = api.urls[0], api.urls[2], None
    del namespace
    for one in found:
        if isinstance(one, URLPattern) and str(one.pattern).startswith("log/"):
            guarded_by(Action.LOG_SEE)(one.callback)
    return found


urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", include((_guarded(), "api-1")))]
