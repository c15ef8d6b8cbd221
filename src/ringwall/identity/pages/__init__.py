"""Pages of the host of sign-in, and what protected hosts have below ``/.ringwall/``."""

from django.urls import URLPattern, URLResolver, include, path

from ringwall.identity.pages import (
    account,
    entering,
    invitations,
    organisations,
    provider,
    published,
    visiting,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path(".ringwall/", include(visiting.urlpatterns)),
    path("enter", entering.enter, name="enter"),
    path(".well-known/ringwall/", include(published.urlpatterns)),
    path("", include(account.urlpatterns)),
    path("", include(invitations.urlpatterns)),
    path("", include(organisations.urlpatterns)),
    path("accounts/", include("allauth.urls")),
    path("", include(provider.urlpatterns)),
]
