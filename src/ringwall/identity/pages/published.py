"""What others need to verify what we sign."""

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe

from ringwall.identity.keyring import Keyring
from ringwall.identity.kinds import Purpose
from ringwall.runtime.current import current_installation


@require_safe
def assertions(_request: HttpRequest) -> JsonResponse:
    """The keys of the assertions that services receive (RFC 7517)."""
    found = Keyring(current_installation().state, Purpose.ASSERTION).jwks()
    answer = JsonResponse(found)
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


urlpatterns: list[URLPattern | URLResolver] = [path("assertions.json", assertions)]
