"""The field's own tester finds nothing to complain about."""

from datetime import timedelta
from typing import Any

import pytest
from tests.identity import tenants

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts


@pytest.mark.e2e
def test_scim2_tester_passes(database: str, facts: Facts) -> None:
    from django.core.wsgi import get_wsgi_application
    from scim2_client.engines.wsgi import WSGISCIMClient
    from scim2_tester import Status, check_server

    from ringwall.identity.scim import tokens

    north = tenants.organisation("north")
    _, secret = tokens.make(north, "a directory", life=timedelta(days=1), by=MACHINE)
    client: Any = WSGISCIMClient(
        get_wsgi_application(),
        base_url=f"{facts.origin}/scim/v2/",
        headers={"Authorization": f"Bearer {secret}", "X-Forwarded-Proto": "https"},
    )
    results = check_server(client)
    bad = [one for one in results if one.status not in {Status.SUCCESS, Status.SKIPPED}]
    assert "\n".join(f"{one.title}: {one.reason}" for one in bad) == ""
    assert sum(one.status == Status.SUCCESS for one in results) > 100
