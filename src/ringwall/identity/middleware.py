"""What stands before every page: the right host, safe headers, a session that is still alive."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, DataError
from django.http import HttpRequest, HttpResponse

from ringwall.identity import sessions
from ringwall.identity.asking import DeniedError
from ringwall.identity.facts import CALLBACK
from ringwall.identity.forgetting import STRANGERS_FOR
from ringwall.identity.installed import current_facts
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.guarded import not_allowed
from ringwall.runtime.recording import RecordingError

Handler = Callable[[HttpRequest], HttpResponse]

_EVERYWHERE: Final = ("/.well-known/acme-challenge/", CALLBACK)


class OwnHost:
    """Pages of sign-in exist on its host only; other hosts have what lies below ``/.ringwall/``."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or say that nothing is here."""
        if getattr(request, "urlconf", None) is None and not request.path.startswith(_EVERYWHERE):
            facts = current_facts()
            if facts.settings.host is None or request.get_host().lower() != facts.authority:
                return HttpResponse("404 Not Found\n", status=404, content_type="text/plain")
        return self._get_response(request)


POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
"""No inline code, nothing from elsewhere."""


class Guards:
    """Headers of every page; what is denied, or no table takes or tells, is no fault of ours."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers."""
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", self._policy(request))
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a NUL, which PostgreSQL keeps nowhere, before it gets as far as a table."""
        told = [str(one) for one in (*args, *kwargs.values())]
        told += (one for name in request.GET for one in (name, *request.GET.getlist(name)))
        # A view that is exempt may want to read the body by itself.
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            told += (one for name in request.POST for one in (name, *request.POST.getlist(name)))
        if not any("\0" in one for one in told):
            return None
        return refused(
            request,
            title="This cannot be kept",
            text="What was sent has a character in it that is none (NUL). Go back, type it anew "
            "instead of pasting it, and send it once more.",
        )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say what is denied; that tables will be back, unless it is the request that cannot be."""
        if isinstance(error, DeniedError):
            return not_allowed(request, error)
        if isinstance(error, RecordingError):
            return _not_recorded(request, error)
        if not isinstance(error, DatabaseError):
            return None
        if isinstance(error, DataError):
            # Such as a NUL, which PostgreSQL keeps nowhere: it is what was sent that is wrong.
            sessions.log.info("a request that no table can take: %s", str(error)[:200])
            return HttpResponse("400 Bad Request\n", status=400, content_type="text/plain")
        sessions.log.error("the database cannot be used: %s", error)
        answer = HttpResponse("503 Service Unavailable\n", status=503, content_type="text/plain")
        answer.headers["Retry-After"] = "2"
        return answer

    @staticmethod
    def _policy(request: HttpRequest) -> str:
        # Browsers hold the redirect after a form to form-action too.
        facts = current_facts()
        if facts.settings.host is None:
            return POLICY
        hosts = [facts.origin_of(host) for host in facts.hosts]
        return " ".join([POLICY, *hosts, *getattr(request, "ringwall_form_targets", ())])


def _not_recorded(request: HttpRequest, error: RecordingError) -> HttpResponse:
    """What cannot be recorded is not done; who was about to sign in is not signed in."""
    sessions.log.error("%s", error)
    if sessions.current(request) is None and hasattr(request, "session"):
        request.session.flush()
    answer = refused(
        request,
        title="This cannot be done now",
        text="What is done here is recorded, and the record cannot be written at the moment. "
        "Nothing was changed. Whoever runs the service finds the reason in its log.",
        status=503,
    )
    answer.headers["Retry-After"] = "30"
    return answer


class Cookies(SessionMiddleware):
    """Django's own, but that a cookie which leads nowhere is left where it is.

    A page that is asked for while its browser signs in comes with the cookie of before, and is
    answered after it: taking "the" cookie away would take that of the session that has begun.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The answer, with the cookie of a session that was changed or is to be forgotten."""
        answer: HttpResponse = super().process_response(request, response)
        if not request.session.modified:
            answer.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        return answer


class Sessions:
    """A person stays signed in only while the session is alive; its use is noted."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out whose session is over."""
        if request.user.is_authenticated and request.session.session_key:
            found = sessions.of_request(request)
            if found is None:
                logout(request)
            else:
                request.ringwall_session = found  # type: ignore[attr-defined]
        response = self._get_response(request)
        if request.session.modified and not request.user.is_authenticated:
            request.session.set_expiry(STRANGERS_FOR)
        return response
