"""Where the library asks about single sign-on: which connections there are, and whom one proved."""

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ringwall.identity.pages.errors import busy, not_anew, refused
from ringwall.identity.sso import arriving, connections, fetching, forcing, oidc

log = logging.getLogger("ringwall.identity")


class Connections(DefaultSocialAccountAdapter):
    """Single sign-on: what organisations configured, instead of what an operator would."""

    def list_apps(
        self, request: HttpRequest, provider: Any = None, client_id: Any = None
    ) -> list[Any]:
        """The connection of that name; never a list of them, since they are customers."""
        del request, client_id
        if provider is None:
            return []
        found = connections.usable(str(provider))
        return [] if found is None else [connections.as_app(found)]

    def get_requests_session(self) -> Any:
        """How a provider is asked."""
        return fetching.session()

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find out who it is here; or refuse before anything was changed."""
        found = connections.usable(sociallogin.account.provider)
        if found is None or sociallogin.state.get("process") != "login":
            raise ImmediateHttpResponse(_refused(request, "There is no such sign-on."))
        said = getattr(sociallogin, "ringwall_asserted", None)
        if said is None:
            said = oidc.asserted(found, sociallogin.account.extra_data["id_token"])
        try:
            sociallogin.user, sociallogin.account = arriving.arrive(found, said)
        except arriving.NotLetInError as error:
            raise ImmediateHttpResponse(_refused(request, str(error))) from error
        anew = forcing.anew_at(sociallogin.state, said.proven, timezone.now())
        at = said.proven if anew is None else anew
        forcing.arrived(request, sociallogin.user, at=at)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Say it in our words; the log has the rest."""
        del extra_context
        log.error("connection %s: %s: %s", provider.app.provider_id, error, exception)
        if isinstance(exception, fetching.BusyError):
            raise ImmediateHttpResponse(busy(request))
        if isinstance(exception, oidc.NotAnewError):
            found = connections.usable(provider.app.provider_id)
            name = provider.name if found is None else found.organisation.name
            raise ImmediateHttpResponse(not_anew(request, name))
        text = f"{provider.name} did not confirm who you are. Begin again."
        raise ImmediateHttpResponse(_refused(request, text))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whether the library makes accounts: never, we have done it by then."""
        del request, sociallogin
        return False


def _refused(request: HttpRequest, text: str) -> HttpResponse:
    return refused(request, title="You cannot come in this way", text=text, status=403)
