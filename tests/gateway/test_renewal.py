"""Certificates stay fresh even when one of them cannot."""

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from tests.gateway.certificates.held_clock import HeldClock

from ringwall.access.sections import SECTIONS as ACCESS
from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.credential import CredentialError
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings
from ringwall.gateway.layout import Layout
from ringwall.gateway.sections import SECTIONS
from ringwall.gateway.service import Gateway
from ringwall.identity.sections import SECTIONS as IDENTITY
from ringwall.inventory.sections import SECTIONS as INVENTORY
from ringwall.runtime.configuration import load

CONFIG = {
    "version": 1,
    "edge": {
        "hosts": {
            "a.example": {"certificate": {"source": "file", "chain": "a.crt", "key": "a.key"}},
            "b.example": {},
        }
    },
    "services": {
        "own": {
            "addresses": ["127.0.0.1:7001"],
            "owner": "tests",
            "sidecar": {"app": "unix:run/own.sock"},
        },
        "theirs": {
            "addresses": ["192.0.2.1:443"],
            "owner": "tests",
            "tls": "server",
            "server_name": "theirs.example",
            "trusted_roots": "roots.pem",
        },
    },
    "routes": [
        {"name": one, "hosts": ["b.example"], "path": f"/{one}", "service": one}
        for one in ("own", "theirs")
    ],
}


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def gateway(tmp_path: Path, clock: HeldClock) -> Gateway:
    """A gateway whose configuration is in force; no Envoy runs."""
    brought = CertificateStore(tmp_path / "brought", clock=SystemClock())
    shown = brought.for_host("a.example", HostSettings())
    (tmp_path / "a.crt").write_bytes(shown.chain.read_bytes())
    (tmp_path / "a.key").write_bytes(shown.key.read_bytes())
    (tmp_path / "a.key").chmod(0o600)
    (tmp_path / "roots.pem").write_bytes(brought.trust_bundle("edge").read_bytes())
    (tmp_path / "ringwall.yaml").write_text(yaml.safe_dump(CONFIG))
    sections = (*ACCESS, *INVENTORY, *IDENTITY, *SECTIONS)
    layout = Layout(tmp_path, tmp_path / "state", tmp_path / "run")
    made = Gateway(layout, sections=sections, clock=clock)
    configuration = load(tmp_path / "ringwall.yaml", sections)
    made.apply(configuration, author="tests", reason="test", check=False)
    return made


def _secret(gateway: Gateway, proxy: str, name: str) -> str:
    path = Path(gateway.layout.xds(proxy).file(f"sds/{name}.json"))
    return json.dumps(json.loads(path.read_bytes())["resources"])


@pytest.mark.parametrize("broken", ["a.crt", "a.key", "roots.pem"])
def test_a_broken_file_of_the_users_keeps_no_other_certificate_from_renewal(
    gateway: Gateway, clock: HeldClock, broken: str
) -> None:
    (gateway.layout.root / broken).write_text("no certificate")
    places = [("sidecar-own", "service-own"), ("edge", "service-edge"), ("edge", "host-b.example")]
    before = [_secret(gateway, *place) for place in places]
    kept = [_secret(gateway, "edge", name) for name in ("host-a.example", "server-theirs")]
    clock.step(days=25)
    with pytest.raises(CredentialError, match=broken):
        gateway.renew()
    after = [_secret(gateway, *place) for place in places]
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert [_secret(gateway, "edge", name) for name in ("host-a.example", "server-theirs")] == kept


def test_replaced_roots_are_shown_without_a_new_configuration(gateway: Gateway) -> None:
    roots = gateway.layout.root / "roots.pem"
    other = CertificateStore(gateway.layout.root / "other", clock=SystemClock())
    pem = other.trust_bundle("edge").read_text()
    roots.write_text(f"A comment.\n{roots.read_text()}\n{pem}")
    gateway.renew()
    shown = _secret(gateway, "edge", "server-theirs")
    assert json.dumps(pem.strip()).strip('"') in shown
    assert "A comment" not in shown


def test_roots_that_are_no_authorities_are_refused(gateway: Gateway) -> None:
    roots = gateway.layout.root / "roots.pem"
    roots.write_bytes((gateway.layout.root / "a.crt").read_bytes())
    with pytest.raises(CredentialError, match=r"roots\.pem holds a certificate that is no auth"):
        gateway.renew()
    roots.unlink()
    with pytest.raises(CredentialError, match=r"cannot read .*roots\.pem"):
        gateway.renew()


def test_a_renewal_that_waited_for_a_change_renews_what_the_change_brought(
    gateway: Gateway, clock: HeldClock
) -> None:
    """Else it would put back who may call, and what a host shows, of the configuration before."""
    config = copy.deepcopy(CONFIG)
    config["services"]["caller"] = {  # type: ignore[index]
        "addresses": ["127.0.0.1:7002"],
        "owner": "tests",
        "calls": ["own"],
        "sidecar": {"app": "unix:run/caller.sock", "outbound": "unix:run/out.sock"},
    }
    sections = (*ACCESS, *INVENTORY, *IDENTITY, *SECTIONS)
    with_caller = load(_written(gateway, config), sections)
    change = gateway.begin(with_caller, author="tests", reason="test", check=False)
    # The worker is another process, so it has a gateway of its own.
    worker = _Asked(gateway.layout, sections=sections, clock=clock)
    renewing = threading.Thread(target=worker.renew)
    renewing.start()
    worker.waits.wait(5)
    change.prepare()
    change.turn()
    change.finish()
    renewing.join(30)
    assert not renewing.is_alive()
    assert "/service/caller" in _secret(gateway, "sidecar-own", "callers-own")


class _Asked(Gateway):
    """A gateway that tells when it begins to wait for its turn."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.waits = threading.Event()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.waits.set()
        with super()._locked():
            yield


def _written(gateway: Gateway, config: dict[str, object]) -> Path:
    path = gateway.layout.root / "ringwall.yaml"
    path.write_text(yaml.safe_dump(config))
    return path
