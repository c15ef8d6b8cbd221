"""Version 1, below ``/api/v1/`` at the host of sign-in."""

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from ringwall import __version__
from ringwall.access.actions import Action
from ringwall.api import (
    findings,
    findings_changing,
    inventory,
    log,
    posture,
    problems,
    sql,
    tail,
    tree,
)
from ringwall.api.letting_in import LetIn
from ringwall.identity.pages.guarded import guarded_by

_BELOW: Final = "api/v1/"

api: Final = NinjaAPI(
    title="Ringwall",
    version=__version__,
    description="Ask with a session of the host of sign-in, or with `Authorization: Bearer` and an "
    "API key or an access token of the company.",
    urls_namespace="api-1",
    docs_url=None,
    openapi_url=None,
)
api.add_router("/log/", log.router, auth=LetIn(Action.LOG_SEE), tags=["log"])
for _more in (sql, tail):
    api.add_router("/log/", _more.router, auth=LetIn(Action.LOG_SEE), tags=["log"])
api.add_router("/log/", tree.router, auth=LetIn(Action.LOG_SEE), tags=["log"])
api.add_router(
    "/inventory/", inventory.router, auth=LetIn(Action.INVENTORY_SEE), tags=["inventory"]
)
api.add_router("/findings/", findings.router, auth=LetIn(Action.FINDINGS_SEE), tags=["findings"])
api.add_router(
    "/findings/", findings_changing.router, auth=LetIn(Action.FINDINGS_CHANGE), tags=["findings"]
)
api.add_router("/posture/", posture.router, auth=LetIn(Action.POSTURE_SEE), tags=["posture"])
problems.tell(api)

_SEES: Final = {
    "log": Action.LOG_SEE,
    "inventory": Action.INVENTORY_SEE,
    "findings": Action.FINDINGS_SEE,
    "posture": Action.POSTURE_SEE,
}
_CHANGES_FINDINGS: Final = ("/steps", "/owner", "/comments", "/bulk")


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """What there is (OpenAPI 3.1), the same for everybody."""
    del request
    return JsonResponse(api.get_openapi_schema(path_prefix=f"/{_BELOW}"))


def _guarded() -> list[URLPattern]:
    """The patterns of the API, each of whose views names what it asks about."""
    found = [one for one in api.urls[0] if isinstance(one, URLPattern)]
    patterns = [one for one in found if one.name != "api-root"]
    for one in patterns:
        guarded_by(_action_of(str(one.pattern)))(one.callback)
    return patterns


def _action_of(pattern: str) -> Action:
    """What the views at a path ask about; the routers' own ``LetIn`` asks it."""
    what = pattern.partition("/")[0]
    if what == "findings" and pattern.endswith(_CHANGES_FINDINGS):
        return Action.FINDINGS_CHANGE
    return _SEES[what]


urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{_BELOW}openapi.json", document),
    path(_BELOW, include((_guarded(), "api-1"))),
]
