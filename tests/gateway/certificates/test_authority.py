"""The authorities: what they may sign, their renewal, and what kills and races leave of them."""

import ipaddress
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.gateway.certificates.held_clock import HeldClock, assert_private, openssl_says

from ringwall.gateway.certificates import profiles
from ringwall.gateway.certificates.authority import Authority, pem
from ringwall.gateway.certificates.profiles import EDGE, Profile, Signer, services_profile
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings
from ringwall.runtime.private_files import private_folder

DOMAIN = "ringwall.internal"


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


def authority_of(folder: Path, clock: HeldClock, profile: Profile = EDGE) -> Authority:
    return Authority(folder, profile, clock=clock)


def write_chain(folder: Path, leaf: Signer, issuer: Signer) -> Path:
    path = folder / "chain.pem"
    path.write_bytes(pem(leaf.certificate) + pem(issuer.certificate))
    return path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (x509.UniformResourceIdentifier(f"spiffe://{DOMAIN}/service/billing"), "OK"),
        (x509.UniformResourceIdentifier("spiffe://foreign.internal/service/billing"), "permitted"),
        (x509.UniformResourceIdentifier(f"spiffe://sub.{DOMAIN}/service/billing"), "permitted"),
        (x509.DNSName("billing.internal"), "excluded"),
        (x509.IPAddress(ipaddress.ip_address("10.0.0.1")), "excluded"),
        (x509.IPAddress(ipaddress.ip_address("::1")), "excluded"),
    ],
)
def test_the_services_intermediate_can_sign_for_its_trust_domain_only(
    tmp_path: Path, clock: HeldClock, name: x509.GeneralName, reason: str
) -> None:
    authority = authority_of(tmp_path / "services", clock, services_profile(DOMAIN))
    issuer = authority.issuer()
    usages = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
    leaf = profiles._make_leaf(
        profiles._subject(), [name], usages, issuer, now=clock.now(), life=timedelta(hours=1)
    )
    assert reason in openssl_says(write_chain(tmp_path, leaf, issuer), authority.bundle, clock)


def test_an_intermediate_cannot_sign_another(tmp_path: Path, clock: HeldClock) -> None:
    authority = authority_of(tmp_path / "edge", clock)
    issuer = authority.issuer()
    below = profiles.make_intermediate(EDGE, issuer, now=clock.now())
    leaf = profiles.make_host_leaf("shop.localhost", below, now=clock.now())
    chain = write_chain(tmp_path, leaf, below)
    chain.write_bytes(chain.read_bytes() + pem(issuer.certificate))
    assert "path length" in openssl_says(chain, authority.bundle, clock)


def test_serials_are_random_and_long(tmp_path: Path, clock: HeldClock) -> None:
    authority = authority_of(tmp_path / "edge", clock)
    issuer = authority.issuer()
    numbers = {
        profiles.make_host_leaf("a.localhost", issuer, now=clock.now()).certificate.serial_number
        for _ in range(50)
    }
    assert len(numbers) == 50
    assert max(numbers).bit_length() > 120
    assert all(number.bit_length() <= 128 for number in numbers)


def test_an_intermediate_is_replaced_at_two_thirds_and_old_leaves_stay_valid(
    tmp_path: Path, clock: HeldClock
) -> None:
    authority = authority_of(tmp_path / "edge", clock)
    first = authority.issuer()
    clock.step(days=243)
    assert authority.issuer().certificate == first.certificate
    leaf = profiles.make_host_leaf("shop.localhost", first, now=clock.now())
    clock.step(days=1)
    second = authority.issuer()
    assert second.certificate != first.certificate
    assert authority_of(tmp_path / "edge", clock).issuer().certificate == second.certificate
    clock.step(days=28)
    chain = write_chain(tmp_path, leaf, first)
    assert openssl_says(chain, authority.bundle, clock) == "OK"


def test_a_root_is_followed_by_one_that_is_published_before_it_signs(
    tmp_path: Path, clock: HeldClock
) -> None:
    authority = authority_of(tmp_path / "edge", clock)
    authority.trust()
    (first,) = authority.roots()
    clock.step(days=2440)
    authority.trust()
    old, new = authority.roots()
    assert old == first
    authority.issuer().certificate.verify_directly_issued_by(first)
    clock.step(days=365)
    authority.issuer().certificate.verify_directly_issued_by(new)
    clock.step(days=900)
    authority.trust()
    assert authority.roots() == (new,)


def test_nothing_outlives_its_issuer(clock: HeldClock) -> None:
    root = profiles.make_root(EDGE, now=clock.now())
    clock.step(days=3600)
    intermediate = profiles.make_intermediate(EDGE, root, now=clock.now())
    clock.step(days=40)
    leaf = profiles.make_host_leaf("shop.localhost", intermediate, now=clock.now())
    assert leaf.not_after <= intermediate.not_after <= root.not_after


def test_a_damaged_authority_says_which_file_and_what_to_do(
    tmp_path: Path, clock: HeldClock
) -> None:
    authority = authority_of(tmp_path / "edge", clock)
    authority.issuer()
    (key,) = (tmp_path / "edge/roots").glob("*.key")
    key.write_text("")
    with pytest.raises(ValueError, match=r"\.crt or its key is damaged: restore both"):
        authority.issuer()


def test_a_foreign_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path.stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: mine + 1)
    with pytest.raises(PermissionError, match="belongs to user"):
        private_folder(tmp_path)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files to other users")
@pytest.mark.parametrize("planted", ["jobs.sqlite3", "pki", "link"])
def test_a_folder_in_which_others_have_put_something_is_refused(
    tmp_path: Path, planted: str
) -> None:
    """It is read as our own: keys, configurations, and a queue of jobs."""
    folder, other = tmp_path / "state", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    if planted == "link":
        (folder / planted).symlink_to(other)
    else:
        (folder / planted).touch()
    os.chown(folder / planted, 65534, 65534, follow_symlinks=False)
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match=f"{planted} belongs to user 65534"):
        private_folder(folder)
    with pytest.raises(PermissionError, match=f"{planted} belongs to user 65534"):
        private_folder(folder)
    (folder / planted).unlink()
    private_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.e2e
def test_kill_9_at_every_step_leaves_something_that_is_finished(tmp_path: Path) -> None:
    script = Path(__file__).with_name("kill_at_every_step.py")
    ran = subprocess.run(
        [sys.executable, script, tmp_path], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    count = int(ran.stdout)
    assert count > 60
    clock = HeldClock(datetime.now(UTC))
    for number in range(1, count + 1):
        state = tmp_path / str(number)
        store = CertificateStore(state, clock=clock)
        host, service = store.list()
        assert openssl_says(host.chain, store.trust_bundle("edge"), clock) == "OK"
        assert openssl_says(service.chain, store.trust_bundle("services"), clock) == "OK"
        assert_private(state)
        assert len(list(state.glob("pki/edge/roots/*.crt"))) == 1
        assert len(list(state.glob("pki/services/*/roots/*.crt"))) == 1


def ask(state: Path) -> str:
    code = (
        "import sys; from pathlib import Path; from ringwall.core.clock import SystemClock;"
        "from ringwall.gateway.certificates.store import CertificateStore;"
        "from ringwall.gateway.config import HostSettings;"
        "store = CertificateStore(Path(sys.argv[1]), clock=SystemClock());"
        "sys.stdin.readline();"
        "print(store.for_host('shop.localhost', HostSettings()).serial,"
        "store.for_service('billing', trust_domain='ringwall.internal').serial)"
    )
    command = [sys.executable, "-c", code, str(state)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        return process.communicate("go\n")[0]


@pytest.mark.e2e
def test_two_processes_at_once_make_one_of_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(ask, [tmp_path / "state"] * 3))
    assert len(set(answers)) == 1
    assert len(answers[0].split()) == 2
    assert len(list((tmp_path / "state/pki/edge/roots").glob("*.crt"))) == 1


def test_threads_at_once_make_one_of_each(tmp_path: Path) -> None:
    store = CertificateStore(tmp_path / "state", clock=HeldClock())
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(lambda _: store.for_host("shop.localhost", HostSettings()), range(16))
    assert len(set(made)) == 1
