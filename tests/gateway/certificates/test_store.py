"""Credentials of hosts and services over their life, judged by OpenSSL as a second opinion."""

import stat
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings

LOCAL = HostSettings()
DOMAIN = "ringwall.internal"


@dataclass
class HeldClock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def step(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def store(tmp_path: Path, clock: HeldClock) -> CertificateStore:
    return CertificateStore(tmp_path / "state", clock=clock)


def openssl_says(credential: Credential, bundle: Path, clock: HeldClock, *more: str) -> str:
    """Return ``OK`` or what OpenSSL has against the chain."""
    moment = str(int(clock.now().timestamp()))
    command = ["openssl", "verify", "-x509_strict", "-attime", moment, "-CAfile", str(bundle)]
    command += ["-untrusted", str(credential.chain), *more, str(credential.chain)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return "OK" if ran.returncode == 0 else ran.stderr


def assert_private(state: Path) -> None:
    for path in state.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert mode == 0o700, path
        elif path.suffix == ".key":
            assert mode == 0o600, path
        else:
            assert mode & 0o022 == 0, path
        assert not path.name.startswith(".new-"), path


@pytest.mark.parametrize(
    ("host", "check"),
    [
        ("shop.localhost", ("-verify_hostname", "shop.localhost")),
        ("*.shop.localhost", ("-verify_hostname", "acme.shop.localhost")),
        ("127.0.0.1", ("-verify_ip", "127.0.0.1")),
        ("::1", ("-verify_ip", "::1")),
        ("a" * 63 + "." + "b" * 63 + ".example", ()),
    ],
)
def test_a_local_host_certificate_is_accepted_by_openssl(
    store: CertificateStore, clock: HeldClock, tmp_path: Path, host: str, check: tuple[str, ...]
) -> None:
    credential = store.for_host(host, LOCAL)
    bundle = store.trust_bundle("edge")
    assert openssl_says(credential, bundle, clock, "-purpose", "sslserver", *check) == "OK"
    assert openssl_says(credential, bundle, clock, "-purpose", "sslclient") != "OK"
    assert credential.names == (host,)
    assert credential.not_after - credential.not_before == timedelta(days=30)
    assert_private(tmp_path / "state")


def test_a_service_gets_a_spiffe_id_for_both_ends(
    store: CertificateStore, clock: HeldClock, tmp_path: Path
) -> None:
    credential = store.for_service("billing", trust_domain=DOMAIN)
    bundle = store.trust_bundle("services")
    for purpose in ("sslserver", "sslclient"):
        assert openssl_says(credential, bundle, clock, "-purpose", purpose) == "OK"
    assert openssl_says(credential, store.trust_bundle("edge"), clock) != "OK"
    assert credential.names == (f"spiffe://{DOMAIN}/service/billing",)
    assert credential.not_after - credential.not_before <= timedelta(hours=24)
    assert_private(tmp_path / "state")


def test_a_credential_is_kept_until_two_thirds_of_its_life_are_over(
    store: CertificateStore, clock: HeldClock
) -> None:
    first = store.for_service("billing", trust_domain=DOMAIN)
    clock.step(hours=15, minutes=54)
    assert store.for_service("billing", trust_domain=DOMAIN) == first
    clock.step(minutes=2)
    second = store.for_service("billing", trust_domain=DOMAIN)
    assert second.serial != first.serial
    assert second.chain != first.chain
    assert first.chain.exists()
    clock.step(days=3)
    third = store.for_service("billing", trust_domain=DOMAIN)
    assert third.chain.exists()
    assert not first.chain.exists()
    assert not first.key.exists()
