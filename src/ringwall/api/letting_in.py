"""Who may ask: found out before each answer."""

from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from ringwall.access.actions import Action
from ringwall.api.problems import ProblemError
from ringwall.identity.calling import calls

_TITLES = {401: "Who are you?", 403: "Not yours to see"}


class LetIn(AuthBase):
    """Lets in who may do ``action`` to the company, by a session or by what they show."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, action: Action) -> None:
        super().__init__()
        self._action = action

    def __call__(self, request: HttpRequest) -> Any:
        """True, or :class:`ProblemError`."""
        refusal = calls(request, self._action)
        if refusal is None:
            # A browser adds the cookie of a session to what other sites have it ask, too.
            if "Authorization" not in request.headers and check_csrf(request) is not None:
                raise ProblemError(403, _TITLES[403], "Send the token of the page (X-CSRFToken).")
            return True
        headers = {"WWW-Authenticate": refusal.challenge} if refusal.challenge else {}
        raise ProblemError(refusal.status, _TITLES[refusal.status], refusal.detail, headers=headers)
