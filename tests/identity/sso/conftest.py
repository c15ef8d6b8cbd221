"""North has shown north.example to be its own, and signs its people on by itself."""

from typing import Any

import pytest
from django.utils import timezone
from tests.identity import tenants
from tests.identity.conftest import _django, browser, database, facts, postgres, state

from ringwall.identity.facts import Facts

__all__ = ["_django", "browser", "database", "facts", "postgres", "state"]


@pytest.fixture
def north(database: str, facts: Facts) -> Any:
    from ringwall.identity.models import Domain
    from ringwall.identity.sso import documents

    documents.forget()  # a port may have been another provider's before
    tenants.organisation("shop", kind="provider")
    south = tenants.organisation("south")
    found = tenants.organisation("north")
    Domain.objects.create(organisation=found, name="north.example", verified=timezone.now())
    Domain.objects.create(organisation=south, name="south.example", verified=timezone.now())
    return found
