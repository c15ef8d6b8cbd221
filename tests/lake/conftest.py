"""Where logs of these tests have their tables."""

from tests.lake.placing import a_store, place

__all__ = ["a_store", "place"]
