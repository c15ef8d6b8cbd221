"""``ringwall.yaml`` and its included folders, read into typed sections.

A module declares the top-level keys it owns as :class:`Section` values named ``SECTIONS`` in its
``sections.py``; :func:`load` reads the files and either returns a :class:`Configuration` or raises
:class:`ConfigurationError` carrying *every* :class:`Problem` found, each with its place.
"""

from ringwall.runtime.configuration.loading import load, load_sources, load_text
from ringwall.runtime.configuration.problems import ConfigurationError, Place, Problem, Severity
from ringwall.runtime.configuration.sections import (
    Configuration,
    Section,
    SectionInvalidError,
    Shape,
)
from ringwall.runtime.configuration.spelling import nearest
from ringwall.runtime.configuration.values import (
    Address,
    ByteSize,
    Duration,
    Form,
    Secret,
    StrictModel,
)

__all__ = [
    "Address",
    "ByteSize",
    "Configuration",
    "ConfigurationError",
    "Duration",
    "Form",
    "Place",
    "Problem",
    "Secret",
    "Section",
    "SectionInvalidError",
    "Severity",
    "Shape",
    "StrictModel",
    "load",
    "load_sources",
    "load_text",
    "nearest",
]
