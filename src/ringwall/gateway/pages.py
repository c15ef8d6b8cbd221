"""Pages the edge leads to: answers to ACME HTTP-01 challenges."""

import re

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from ringwall.gateway.certificates.challenges import challenge_response
from ringwall.gateway.envoy.replies import body
from ringwall.gateway.envoy.routes import ACME_CHALLENGES
from ringwall.gateway.opening import layout_of
from ringwall.runtime.current import current_installation


def acme_challenge(_request: HttpRequest, token: str) -> HttpResponse:
    """Answer a challenge (RFC 8555 section 8.3); all else gets the edge's own 404."""
    answer = challenge_response(layout_of(current_installation()).challenges, token)
    if answer is None:
        return HttpResponse(body(404), status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(answer, content_type="application/octet-stream")


_ANY_TOKEN = rf"\A{re.escape(ACME_CHALLENGES.removeprefix('/'))}(?P<token>(?s:.*))\Z"

urlpatterns = [re_path(_ANY_TOKEN, acme_challenge)]
