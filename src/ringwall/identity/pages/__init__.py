"""Pages of the host of sign-in, and what protected hosts have below ``/.ringwall/``."""

from django.urls import URLPattern, URLResolver, include, path

from ringwall.identity.pages import (
    account,
    enrolling,
    entering,
    first,
    keys,
    organisations,
    outbox,
    provider,
    published,
    recovery,
    requests,
    visiting,
)
from ringwall.identity.pages.guarded import asking_first

urlpatterns: list[URLPattern | URLResolver] = [
    path(".ringwall/", include(visiting.urlpatterns)),
    path("enter", entering.enter, name="enter"),
    path("enrol", include(enrolling.urlpatterns)),
    path("first", include(first.urlpatterns)),
    path("recover", include(recovery.urlpatterns)),
    path(".well-known/ringwall/", include(published.urlpatterns)),
    path("", include(account.urlpatterns)),
    path("", include(keys.urlpatterns)),
    path("", include(requests.urlpatterns)),
    path("", include(organisations.urlpatterns)),
    path("", include(outbox.urlpatterns)),
    path("accounts/", include(asking_first("allauth.account.urls"))),
    path("accounts/2fa/", include(asking_first("allauth.mfa.urls"))),
    path("accounts/3rdparty/", include(asking_first("allauth.socialaccount.urls"))),
    path("", include(provider.urlpatterns)),
]
