"""The forms by name. Pure."""

from enum import StrEnum


class Form(StrEnum):
    """How findings are written."""

    OCSF = "ocsf"
    SARIF = "sarif"
    ASFF = "asff"
    CSV = "csv"
    CYCLONEDX = "cyclonedx"
