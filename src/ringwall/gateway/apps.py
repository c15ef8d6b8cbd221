"""Django's name for this module."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """Tables of the gateway: whom people block."""

    name = "ringwall.gateway"
    label = "gateway"
    verbose_name = "Gateway"
