"""Pages below ``/company/``, at the host of sign-in."""

from django.urls import URLPattern, URLResolver, path

from ringwall.console import inventory, log

urlpatterns: list[URLPattern | URLResolver] = [
    path("company/inventory", inventory.search, name="inventory"),
    path("company/inventory/component", inventory.component, name="inventory_component"),
    path("company/log", log.search, name="log"),
    path("company/log/<int:index>", log.event, name="log_event"),
    path("company/log/<int:index>/proof", log.proof, name="log_proof"),
]
