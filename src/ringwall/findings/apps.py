"""Django's name for this module."""

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    """Tables of the queue. What becomes of a row is recorded by whoever changes it (recording)."""

    name = "ringwall.findings"
    label = "findings"
    verbose_name = "Findings"
