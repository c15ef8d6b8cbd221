"""Pages that the edge leads to: what every module's ``pages`` and ``api`` bring."""

from django.urls import URLPattern, URLResolver

from ringwall.runtime.discovery import modules

urlpatterns: list[URLPattern | URLResolver] = [
    pattern
    for name in ("pages", "api")
    for module in modules(name)
    for pattern in module.urlpatterns
]
