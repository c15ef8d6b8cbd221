"""Pages the edge leads to: answers to ACME HTTP-01 challenges."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from ringwall.gateway.certificates.challenges import challenge_response
from ringwall.gateway.opening import layout_of
from ringwall.runtime.current import current_installation


def acme_challenge(_request: HttpRequest, token: str) -> HttpResponse:
    """Answer a challenge (RFC 8555 section 8.3); unknown tokens get a plain 404."""
    answer = challenge_response(layout_of(current_installation()).challenges, token)
    if answer is None:
        return HttpResponse("404 Not Found\n", status=404, content_type="text/plain")
    return HttpResponse(answer, content_type="application/octet-stream")


urlpatterns = [path(".well-known/acme-challenge/<str:token>", acme_challenge)]
