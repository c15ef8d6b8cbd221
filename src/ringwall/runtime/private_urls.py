"""Pages for this machine's eyes only: health, readiness, metrics."""

from django.urls import URLPattern, URLResolver

from ringwall.runtime.discovery import modules

urlpatterns: list[URLPattern | URLResolver] = [
    pattern for module in modules("probes") for pattern in module.urlpatterns
]
