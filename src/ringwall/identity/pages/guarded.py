"""What every view is guarded by: the actions of the built-in policies that it asks about."""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any, Final, TypeVar

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

from ringwall.access.actions import HANDS_OUT, Action
from ringwall.identity import asking, sessions
from ringwall.identity.pages.errors import refused

View = Callable[..., HttpResponse]
V = TypeVar("V", bound=Callable[..., Any])

_MARK: Final = "__ringwall_actions__"


def guarded_by(*actions: Action) -> Callable[[V], V]:
    """Name what a view asks about; :func:`actions_of` finds it again. It asks by itself."""

    def mark(view: V) -> V:
        setattr(view, _MARK, actions)
        return view

    return mark


def actions_of(view: object) -> tuple[Action, ...]:
    """What a view asks about; empty for one that names nothing. Loads what is loaded later."""
    later = getattr(view, "found", None)
    view = view if later is None else later()
    found: tuple[Action, ...] = getattr(view, _MARK, ())
    return found


def own(action: Action, *more: Action) -> Callable[[View], View]:
    """Let in whoever is signed in and may do this; the view itself asks about ``more``."""

    def guard(view: View) -> View:
        @wraps(view)
        @guarded_by(action, *more)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            return _denial(request, action) or view(request, *args, **named)

        return guarded

    return guard


def own_if_signed_in(action: Action) -> Callable[[View], View]:
    """Ask the same where somebody is signed in. For views that send all others away themselves."""

    def guard(view: View) -> View:
        @wraps(view)
        @guarded_by(action)
        def guarded(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
            if sessions.current(request) is None:
                return view(request, *args, **named)
            return _denial(request, action) or view(request, *args, **named)

        return guarded

    return guard


def asking_first(module: str) -> list[URLPattern | URLResolver]:
    """The patterns of a library's URLs, each view of which changes the account of who asks."""
    return [_asking(one) for one in import_module(module).urlpatterns]


def _asking(one: URLPattern | URLResolver) -> URLPattern | URLResolver:
    if isinstance(one, URLResolver):
        inner = [_asking(below) for below in one.url_patterns]
        return URLResolver(one.pattern, inner, one.default_kwargs, one.app_name, one.namespace)
    view = own_if_signed_in(Action.ACCOUNT_CHANGE)(one.callback)
    return URLPattern(one.pattern, view, one.default_args, one.name)


def not_allowed(request: HttpRequest, error: asking.DeniedError) -> HttpResponse:
    """The page for whom something was denied."""
    text = str(error)
    return refused(
        request, title="Not yours to do", text=f"{text[:1].upper()}{text[1:]}.", status=403
    )


def _denial(request: HttpRequest, action: Action) -> HttpResponse | None:
    person = sessions.signed_in(request).user
    handed: dict[str, Any] = {"to_self": True} if action in HANDS_OUT else {}
    try:
        asking.require(person, action, person, **handed)
    except asking.DeniedError as error:
        return not_allowed(request, error)
    return None
