"""Revocations with a PostgreSQL: one that is gone for a while, and transactions that end late."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.identity.edge.scene import IdentityStage, identity_stage
from tests.identity.edge.test_revocation import becomes, revoke
from tests.runtime.postgres import Postgres

from ringwall.identity.kinds import Purpose

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server of this file's own, which it may kill."""
    found = Postgres()
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(scope="module")
def scene(
    tmp_path_factory: pytest.TempPathFactory, _django: Path, server: Postgres
) -> Iterator[IdentityStage]:
    folder = tmp_path_factory.mktemp("edge")
    with identity_stage(folder, _django, url=server.new_database("ringwall")) as running:
        yield running


def test_a_transaction_that_ends_late_is_seen_at_once(scene: IdentityStage) -> None:
    """It has a lower serial than what was revoked, and told, while it was under way."""
    from django.db import connection, transaction

    early, late = scene.proven(), scene.proven()
    tokens = [scene.issue(Purpose.ACCESS, one) for one in (early, late)]
    has_serial, may_end = threading.Event(), threading.Event()

    def revoke_late() -> None:
        try:
            with transaction.atomic():
                revoke("session", late.sid)
                has_serial.set()
                assert may_end.wait(30)
        finally:
            connection.close()

    other = threading.Thread(target=revoke_late)
    other.start()
    assert has_serial.wait(30)
    revoke("session", early.sid)
    becomes(401, lambda: scene.get(bearer=tokens[0]).status_code)
    time.sleep(0.5)
    assert scene.get(bearer=tokens[1]).status_code == 200
    may_end.set()
    other.join()
    becomes(401, lambda: scene.get(bearer=tokens[1]).status_code)


def test_without_a_database_the_edge_goes_on_and_forgets_nothing(
    scene: IdentityStage, server: Postgres
) -> None:
    from django.db import connection

    victim, later = scene.proven(), scene.proven()
    revoked, good = scene.issue(Purpose.ACCESS, victim), scene.issue(Purpose.ACCESS)
    after = scene.issue(Purpose.ACCESS, later)
    cookie = scene.jar()
    revoke("session", victim.sid)
    becomes(401, lambda: scene.get(bearer=revoked).status_code)
    server.kill()
    try:
        for _ in range(6):
            assert scene.get(bearer=revoked).status_code == 401
            assert scene.get(bearer=good).status_code == 200
            assert scene.get(cookie=cookie).status_code == 200
            time.sleep(0.5)
        ran_out = scene.get(cookie=f"__Host-ringwall=1.{cookie.partition('.')[2]}")
        assert ran_out.status_code == 503, "nobody can say whether the session still lives"
    finally:
        server.start()
        connection.close()
    revoke("session", later.sid)
    scene.stage.wait(lambda: scene.get(bearer=after).status_code == 401)
    assert scene.get(bearer=revoked).status_code == 401
    scene.stage.wait(
        lambda: scene.get(cookie=f"__Host-ringwall=1.{cookie.partition('.')[2]}").status_code == 200
    )
