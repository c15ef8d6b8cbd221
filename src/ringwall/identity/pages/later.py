"""Pages that most installations never open: their modules are loaded at their first request.

Single sign-on and SCIM bring libraries (XML signatures, DNS, the SCIM models) that take longer to
load, and more memory, than all the rest of the web process. Who does not use them pays nothing.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]


def later(module: str, name: str) -> View:
    """The view ``name`` of ``ringwall.identity.pages.<module>``, found when it is asked for.

    What a view's decorators say to the middleware (``csrf_exempt``) is not known before: say it
    of what this returns too.
    """

    def view(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        return _found(module, name)(request, *args, **named)

    view.__name__ = view.__qualname__ = name
    view.__module__ = f"ringwall.identity.pages.{module}"
    view.found = lambda: _found(module, name)  # type: ignore[attr-defined]
    return view


@cache
def _found(module: str, name: str) -> View:
    found: View = getattr(import_module(f"ringwall.identity.pages.{module}"), name)
    return found


def nowhere(request: HttpRequest, **_: Any) -> HttpResponse:
    """The library's own addresses of sign-on, which ours take the place of."""
    del request
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "organisations/<slug:slug>/sign-on",
        later("connecting", "sign_on"),
        name="organisation_sign_on",
    ),
    path(
        "organisations/<slug:slug>/provisioning",
        later("connecting", "provisioning"),
        name="organisation_provisioning",
    ),
    path("scim/v2", csrf_exempt(later("scim", "answer"))),
    re_path(r"^scim/v2/(?P<rest>.*)$", csrf_exempt(later("scim", "answer")), name="scim"),
    re_path(r"^accounts/(?P<protocol>oidc|saml)/", nowhere),
    path("sign-on", later("sso", "discover"), name="sign_on_discover"),
    path("sign-on/<slug:slug>", later("sso", "begin"), name="sign_on"),
    path("sign-on/<slug:slug>/callback", later("sso", "callback"), name="sign_on_callback"),
    path("sign-on/<slug:slug>/acs", csrf_exempt(later("sso", "acs")), name="sign_on_acs"),
    path("sign-on/<slug:slug>/finish", later("sso", "finish"), name="sign_on_finish"),
    path("sign-on/<slug:slug>/metadata", later("sso", "metadata"), name="sign_on_metadata"),
]
