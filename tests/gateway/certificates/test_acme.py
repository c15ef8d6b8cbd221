"""Orders at a real ACME server that really checks: acme2certifier, over TLS, on loopback."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.gateway.certificates.acme_stage import EAB_KEY, Stage, acme_server
from tests.gateway.certificates.held_clock import HeldClock, assert_private, openssl_says

from ringwall.gateway.certificates.acme_client import AcmeClient, Challenge
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import Acme, AcmeCertificate, ExternalAccount, HostSettings
from ringwall.runtime.configuration import Secret
from ringwall.runtime.private_files import locked

pytestmark = pytest.mark.e2e


@dataclass
class Scene:
    """A server, what its client keeps, and the ports it is reached by."""

    folder: Path
    world: Path
    directory: str
    stage: Stage
    clock: HeldClock
    store: CertificateStore

    def client(self, **changes: object) -> AcmeClient:
        settings = Acme(
            directory=self.directory,
            email="ops@shop.example",
            terms_accepted=True,
            trusted_roots=str(self.world / "roots.pem"),
        ).model_copy(update=changes)
        return AcmeClient(
            self.folder / "state",
            settings,
            store=self.store,
            publisher=self.stage,
            clock=self.clock,
            sleep=lambda seconds: time.sleep(seconds / 10),  # the server is at hand
        )

    def rows(self, question: str) -> list[tuple[object, ...]]:
        database = sqlite3.connect(self.world / "acme.db")
        try:
            return database.execute(question).fetchall()
        finally:
            database.close()

    def count(self, table: str) -> int:
        ((found,),) = self.rows(f"select count(*) from {table}")
        return int(str(found))

    def posts(self) -> int:
        """How many signed requests the server has logged."""
        return (self.world / "log").read_text().count('"POST ')

    def change(self, statement: str) -> None:
        database = sqlite3.connect(self.world / "acme.db")
        try:
            database.execute(statement)
            database.commit()
        finally:
            database.close()


@dataclass
class Server:
    """One ACME server with the stage it looks at."""

    world: Path
    directory: str
    stage: Stage

    def scene(self, folder: Path) -> Scene:
        self.stage.begin(folder)
        clock = HeldClock(datetime.now(UTC))
        store = CertificateStore(folder / "state", clock=clock)
        return Scene(folder, self.world, self.directory, self.stage, clock, store)


def server_in(world: Path, *, eab: bool) -> Iterator[Server]:
    stage = Stage(world)
    try:
        with acme_server(
            world, http_port=stage.http_port, tls_port=stage.tls_port, eab=eab
        ) as directory:
            yield Server(world, directory, stage)
    finally:
        stage.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from server_in(tmp_path_factory.mktemp("world"), eab=False)


@pytest.fixture(scope="module")
def server_with_eab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from server_in(tmp_path_factory.mktemp("world"), eab=True)


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Scene:
    return server.scene(tmp_path)


@pytest.fixture
def scene_with_eab(server_with_eab: Server, tmp_path: Path) -> Scene:
    return server_with_eab.scene(tmp_path)


@pytest.mark.parametrize(
    ("challenge", "seen"), [("http-01", "http shop.example"), ("tls-alpn-01", "tls shop.example")]
)
def test_an_order_is_proven_issued_and_installed(
    scene: Scene, challenge: Challenge, seen: str
) -> None:
    renewal = scene.client().renew("shop.example", challenge)
    assert renewal.problem == ""
    assert renewal.changed
    assert renewal.credential is not None
    assert renewal.credential.source == "acme"
    assert scene.stage.seen == [seen]
    assert scene.stage.withdrawn == ["shop.example"]
    bundle = scene.world / "issuer-root.pem"
    check = ("-purpose", "sslserver", "-verify_hostname", "shop.example")
    scene.clock.step(minutes=1)
    # The server makes no key usage extension, which strict checking would ask for.
    assert openssl_says(renewal.credential.chain, bundle, scene.clock, *check, strict=False) == "OK"
    settings = HostSettings(certificate=AcmeCertificate(source="acme", challenge=challenge))
    assert scene.store.for_host("shop.example", settings) == renewal.credential
    assert_private(scene.folder / "state")
    assert not list((scene.folder / "challenges").glob("*"))
    assert not list((scene.folder / "state/acme/orders").glob("*"))


def test_several_names_stand_in_one_certificate(scene: Scene) -> None:
    names = ("shop.example", "www.shop.example", "127.0.0.1")
    renewal = scene.client().renew(names[0], "http-01", more=names[1:])
    assert renewal.problem == ""
    assert renewal.credential is not None
    assert sorted(renewal.credential.names) == sorted(names)
    assert sorted(scene.stage.seen) == sorted(f"http {name}" for name in names)


def test_a_certificate_is_renewed_after_two_thirds_with_the_same_account(scene: Scene) -> None:
    accounts = scene.count("account")
    first = scene.client().renew("shop.example", "http-01")
    scene.clock.step(days=39)
    kept = scene.client().renew("shop.example", "http-01")
    assert not kept.changed
    assert kept.credential == first.credential
    assert kept.again_at is not None
    assert timedelta(days=0) < kept.again_at - scene.clock.now() < timedelta(days=3)
    scene.clock.step(days=3)
    second = scene.client().renew("shop.example", "http-01")
    assert second.changed
    assert second.credential is not None
    assert first.credential is not None
    assert second.credential.key.read_bytes() != first.credential.key.read_bytes()
    assert scene.count("account") == accounts + 1
    assert scene.client().renew("shop.example", "http-01", force=True).changed


def test_an_account_is_found_again_by_its_key_and_its_contact_is_kept_up(scene: Scene) -> None:
    accounts = scene.count("account")
    assert scene.client().renew("shop.example", "http-01").changed
    (kept,) = scene.folder.glob("state/acme/accounts/*/account.json")
    kept.unlink()
    assert scene.client().renew("other.example", "http-01").changed
    assert scene.client(email="new@shop.example").renew("third.example", "http-01").changed
    assert scene.count("account") == accounts + 1
    ((contact,),) = scene.rows("select contact from account order by id desc limit 1")
    assert "new@shop.example" in str(contact)


def test_an_account_the_server_lost_is_registered_anew(scene: Scene) -> None:
    assert scene.client().renew("shop.example", "http-01").changed
    scene.change("delete from account")
    renewal = scene.client().renew("other.example", "http-01")
    assert renewal.problem == ""
    assert scene.count("account") == 1


def order_and_die(scene: Scene, dies_at: str) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("acme_child.py")
    command: list[str | Path] = [sys.executable, script, dies_at]
    command += [scene.folder, scene.directory, scene.world / "roots.pem"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("dies_at", ["publish", "withdraw", "install"])
def test_an_order_killed_on_the_way_goes_on(scene: Scene, dies_at: str) -> None:
    orders, certificates = scene.count("orders"), scene.count("certificate")
    ran = order_and_die(scene, dies_at)
    assert ran.returncode == -signal.SIGKILL, ran.stderr
    assert scene.store.acme_credential("shop.example") is None
    assert_private(scene.folder / "state")
    renewal = scene.client().renew("shop.example", "http-01")
    assert renewal.problem == ""
    assert renewal.changed
    assert scene.count("orders") == orders + 1
    assert scene.count("certificate") == certificates + 1
    assert not list((scene.folder / "state/acme/orders").glob("*"))
    assert not list((scene.folder / "challenges").glob("*"))


def test_an_order_the_server_no_longer_knows_is_begun_anew(scene: Scene) -> None:
    order_and_die(scene, "publish")
    scene.change("delete from orders")
    renewal = scene.client().renew("shop.example", "http-01")
    assert renewal.problem == ""
    assert renewal.changed


def test_a_host_that_is_not_ours_fails_and_waits_its_turn(scene: Scene) -> None:
    renewal = scene.client().renew("nowhere.example", "http-01")
    assert renewal.credential is None
    assert "nowhere.example" in renewal.problem
    assert "port 80" in renewal.problem
    assert renewal.tried
    assert renewal.again_at is not None
    assert renewal.again_at - scene.clock.now() >= timedelta(hours=1)
    before = scene.count("orders")
    for force in (False, True):
        again = scene.client().renew("nowhere.example", "http-01", force=force)
        assert again == replace(renewal, tried=False)
    assert scene.count("orders") == before
    scene.clock.step(hours=1, minutes=10)
    later = scene.client().renew("nowhere.example", "http-01")
    assert scene.count("orders") > before
    assert later.again_at is not None
    assert later.again_at - scene.clock.now() >= timedelta(hours=2)
    settings = HostSettings(certificate=AcmeCertificate(source="acme"))
    assert scene.store.for_host("nowhere.example", settings).source == "local"


def test_an_answer_that_is_not_shown_is_not_believed(scene: Scene) -> None:
    scene.stage.shows = False
    renewal = scene.client().renew("shop.example", "http-01")
    assert not renewal.changed
    assert "shop.example" in renewal.problem


def test_what_only_the_settings_can_mend_is_tried_at_once_when_they_change(scene: Scene) -> None:
    accounts = scene.count("account")
    refused = scene.client(terms_accepted=False).renew("shop.example", "http-01")
    assert "https://terms.example/" in refused.problem
    assert "edge.acme.terms_accepted" in refused.problem
    assert scene.count("account") == accounts
    assert scene.client().renew("shop.example", "http-01").changed


def test_a_server_that_cannot_prove_itself_gets_nothing(scene: Scene) -> None:
    posts = scene.posts()
    renewal = scene.client(trusted_roots=None).renew("shop.example", "http-01")
    assert "does not prove who it is" in renewal.problem
    assert "edge.acme.trusted_roots" in renewal.problem
    assert scene.posts() == posts


def test_a_server_that_is_down_is_said_so(scene: Scene) -> None:
    client = scene.client(directory="https://127.0.0.1:9/directory")
    problem = client.renew("a.example", "http-01").problem
    assert "cannot reach https://127.0.0.1:9/directory" in problem
    missing = scene.client(directory=scene.directory + "/nothing")
    assert missing.renew("b.example", "http-01").problem


def test_only_one_process_orders_for_a_host(scene: Scene) -> None:
    scene.client().renew("shop.example", "http-01")
    with locked(scene.folder / "state/acme/locks/shop.example"):
        renewal = scene.client().renew("shop.example", "http-01", force=True)
    assert renewal.problem == "another process is ordering it now"
    assert renewal.credential is not None


@pytest.mark.parametrize(
    ("host", "challenge", "reason"),
    [
        ("*.shop.example", "http-01", "can prove a wildcard"),
        ("127.0.0.1", "tls-alpn-01", "proven by http-01"),
    ],
)
def test_what_no_challenge_can_prove_is_refused_before_asking(
    scene: Scene, host: str, challenge: Challenge, reason: str
) -> None:
    posts = scene.posts()
    assert reason in scene.client().renew(host, challenge).problem
    assert scene.posts() == posts


def test_external_account_binding(scene_with_eab: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = scene_with_eab
    assert "edge.acme.external_account" in scene.client().renew("a.example", "http-01").problem

    def account(key_id: str) -> ExternalAccount:
        return ExternalAccount(key_id=key_id, hmac_key=Secret("env", "SHOP_EAB"))

    unset = scene.client(external_account=account("shop-1")).renew("b.example", "http-01")
    assert "SHOP_EAB" in unset.problem
    monkeypatch.setenv("SHOP_EAB", EAB_KEY)
    wrong = scene.client(external_account=account("shop-2")).renew("c.example", "http-01")
    assert "c.example: the ACME server says:" in wrong.problem
    assert EAB_KEY not in wrong.problem
    right = scene.client(external_account=account("shop-1")).renew("d.example", "http-01")
    assert right.problem == ""
    assert scene.rows("select eab_kid from account") == [("shop-1",)]
