"""Who may ask: found out before each answer."""

from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase

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
            return True
        headers = {"WWW-Authenticate": refusal.challenge} if refusal.challenge else {}
        raise ProblemError(refusal.status, _TITLES[refusal.status], refusal.detail, headers=headers)
