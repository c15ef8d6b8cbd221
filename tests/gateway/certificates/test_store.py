"""Credentials of hosts and services over their life, judged by OpenSSL as a second opinion."""

import stat
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from tests.gateway.certificates.held_clock import HeldClock, assert_private, openssl_says

from ringwall.gateway.certificates import profiles
from ringwall.gateway.certificates.authority import key_pem, pem
from ringwall.gateway.certificates.credential import CredentialError
from ringwall.gateway.certificates.names import read_host
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import AcmeCertificate, FileCertificate, HostSettings

LOCAL = HostSettings()
DOMAIN = "ringwall.internal"


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def store(tmp_path: Path, clock: HeldClock) -> CertificateStore:
    return CertificateStore(tmp_path / "state", clock=clock)


def leaf_of(chain: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(chain.read_bytes())


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
    chain = credential.chain
    assert openssl_says(chain, bundle, clock, "-purpose", "sslserver", *check) == "OK"
    assert "unsuitable" in openssl_says(chain, bundle, clock, "-purpose", "sslclient")
    assert credential.names == (host,)
    assert credential.name == f"host/{host}"
    assert credential.source == "local"
    assert credential.not_after - credential.not_before == timedelta(days=30)
    assert_private(tmp_path / "state")


def test_a_wildcard_covers_one_label_only(store: CertificateStore, clock: HeldClock) -> None:
    chain = store.for_host("*.shop.localhost", LOCAL).chain
    bundle = store.trust_bundle("edge")
    for name in ("shop.localhost", "a.b.shop.localhost"):
        assert "mismatch" in openssl_says(chain, bundle, clock, "-verify_hostname", name)


def test_a_service_gets_a_spiffe_id_for_both_ends(
    store: CertificateStore, clock: HeldClock, tmp_path: Path
) -> None:
    credential = store.for_service("billing", trust_domain=DOMAIN)
    bundle = store.trust_bundle("services")
    for purpose in ("sslserver", "sslclient"):
        assert openssl_says(credential.chain, bundle, clock, "-purpose", purpose) == "OK"
    assert openssl_says(credential.chain, store.trust_bundle("edge"), clock) != "OK"
    assert credential.names == (f"spiffe://{DOMAIN}/service/billing",)
    assert credential.not_after - credential.not_before <= timedelta(hours=24)
    assert_private(tmp_path / "state")


def test_a_service_leaf_says_what_the_spiffe_standard_asks(store: CertificateStore) -> None:
    extensions = leaf_of(store.for_service("billing", trust_domain=DOMAIN).chain).extensions
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert not usage.value.crl_sign
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [type(name) for name in names] == [x509.UniformResourceIdentifier]


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


def test_rotation_by_hand_leaves_the_old_one_readable(
    store: CertificateStore, clock: HeldClock
) -> None:
    first = store.for_host("shop.localhost", LOCAL)
    before = first.chain.read_bytes(), first.key.read_bytes()
    second = store.rotate_host("shop.localhost", LOCAL)
    assert second.serial != first.serial
    assert (first.chain.read_bytes(), first.key.read_bytes()) == before
    assert store.for_host("shop.localhost", LOCAL) == second
    service = store.for_service("billing", trust_domain=DOMAIN)
    assert store.rotate_service("billing", trust_domain=DOMAIN).serial != service.serial
    assert openssl_says(first.chain, store.trust_bundle("edge"), clock) == "OK"


@pytest.mark.parametrize("steps", [{"days": 4000}, {"days": -4000}, {"hours": -1}, {"days": 20}])
def test_a_clock_step_leads_to_a_valid_credential(
    store: CertificateStore, clock: HeldClock, steps: dict[str, float]
) -> None:
    for _ in range(2):
        host = store.for_host("shop.localhost", LOCAL)
        service = store.for_service("billing", trust_domain=DOMAIN)
        for credential, authority in ((host, "edge"), (service, "services")):
            assert credential.not_before <= clock.now() < credential.not_after
            bundle = store.trust_bundle("edge" if authority == "edge" else "services")
            assert openssl_says(credential.chain, bundle, clock) == "OK"
        clock.step(**steps)


def test_another_trust_domain_is_another_authority(
    store: CertificateStore, clock: HeldClock
) -> None:
    old = store.for_service("billing", trust_domain="one.internal")
    old_bundle = store.trust_bundle("services")
    new = store.for_service("billing", trust_domain="two.internal")
    new_bundle = store.trust_bundle("services")
    assert new_bundle == store.trust_bundle("services", trust_domain="two.internal")
    assert openssl_says(new.chain, new_bundle, clock) == "OK"
    assert openssl_says(old.chain, old_bundle, clock) == "OK"
    assert openssl_says(old.chain, new_bundle, clock) != "OK"
    assert openssl_says(new.chain, old_bundle, clock) != "OK"
    assert [credential.names for credential in store.list()] == [
        ("spiffe://two.internal/service/billing",)
    ]


@pytest.mark.parametrize("domain", ["internal", "my_shop.example", "a.b-c.d", "x" * 255])
def test_every_trust_domain_gets_leaves_that_openssl_accepts(
    store: CertificateStore, clock: HeldClock, domain: str
) -> None:
    credential = store.for_service("billing", trust_domain=domain)
    assert openssl_says(credential.chain, store.trust_bundle("services"), clock) == "OK"


@pytest.mark.parametrize(
    "domain", ["", ".", "..", ".internal", "a..b", "a.", "A", "a/b", "x" * 256]
)
def test_what_is_no_trust_domain_is_refused(store: CertificateStore, domain: str) -> None:
    with pytest.raises(ValueError, match="no SPIFFE trust domain"):
        store.for_service("billing", trust_domain=domain)


def test_the_bundle_of_services_needs_a_trust_domain_first(store: CertificateStore) -> None:
    with pytest.raises(LookupError, match="no trust domain"):
        store.trust_bundle("services")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "ä", "x" * 2048])
def test_what_cannot_be_a_spiffe_id_makes_nothing(
    store: CertificateStore, tmp_path: Path, name: str
) -> None:
    with pytest.raises(ValueError, match="SPIFFE id"):
        store.for_service(name, trust_domain=DOMAIN)
    with pytest.raises(ValueError, match="trust domain"):
        store.for_service("billing", trust_domain="Upper.case")
    assert not list(tmp_path.iterdir())


def test_a_damaged_leaf_is_made_anew(store: CertificateStore) -> None:
    first = store.for_host("shop.localhost", LOCAL)
    first.chain.write_bytes(b"not a certificate")
    second = store.for_host("shop.localhost", LOCAL)
    assert second.serial != first.serial


def test_a_leaf_of_a_deleted_authority_is_not_used(
    store: CertificateStore, clock: HeldClock, tmp_path: Path
) -> None:
    first = store.for_host("shop.localhost", LOCAL)
    for name in ("roots", "intermediates"):
        for path in (tmp_path / "state/pki/edge" / name).iterdir():
            path.unlink()
    (tmp_path / "state/pki/edge/trust.pem").unlink()
    second = store.for_host("shop.localhost", LOCAL)
    assert second.serial != first.serial
    assert openssl_says(second.chain, store.trust_bundle("edge"), clock) == "OK"


def test_folders_that_were_too_wide_are_narrowed(store: CertificateStore, tmp_path: Path) -> None:
    (tmp_path / "state/pki/edge").mkdir(parents=True)
    (tmp_path / "state/pki").chmod(0o755)
    store.for_host("shop.localhost", LOCAL)
    assert stat.S_IMODE((tmp_path / "state/pki").stat().st_mode) == 0o700
    assert_private(tmp_path / "state/pki")


def brought(folder: Path, host: str, clock: HeldClock) -> HostSettings:
    """Make a certificate as a user would bring it, and the settings that name its files."""
    root = profiles.make_root(profiles.EDGE, now=clock.now())
    made = profiles.make_host_leaf(read_host(host), root, now=clock.now())
    (folder / "chain.pem").write_bytes(pem(made.certificate) + pem(root.certificate))
    (folder / "key.pem").touch(mode=0o600)
    (folder / "key.pem").write_bytes(key_pem(made.key))
    files = FileCertificate(
        source="file", chain=str(folder / "chain.pem"), key=str(folder / "key.pem")
    )
    return HostSettings(certificate=files)


def test_files_are_picked_up_when_they_are_replaced(
    store: CertificateStore, clock: HeldClock, tmp_path: Path
) -> None:
    settings = brought(tmp_path, "shop.example", clock)
    first = store.for_host("shop.example", settings)
    assert first.source == "file"
    assert store.for_host("shop.example", settings) == first
    brought(tmp_path, "shop.example", clock)
    second = store.for_host("shop.example", settings)
    assert second.serial != first.serial
    assert first.chain != second.chain
    assert first.chain.exists()
    assert_private(tmp_path / "state")


def test_half_replaced_files_are_refused_and_the_last_copy_stays(
    store: CertificateStore, clock: HeldClock, tmp_path: Path
) -> None:
    settings = brought(tmp_path, "shop.example", clock)
    first = store.for_host("shop.example", settings)
    key = (tmp_path / "key.pem").read_bytes()
    brought(tmp_path, "shop.example", clock)
    (tmp_path / "key.pem").write_bytes(key)
    with pytest.raises(CredentialError, match=r"key\.pem is not the key of .* replace both"):
        store.for_host("shop.example", settings)
    assert store.list() == (first,)


def test_files_for_another_host_and_open_keys_are_refused(
    store: CertificateStore, clock: HeldClock, tmp_path: Path
) -> None:
    settings = brought(tmp_path, "shop.example", clock)
    with pytest.raises(CredentialError, match=r"is for shop\.example, not for other\.example"):
        store.for_host("other.example", settings)
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(CredentialError, match=r"chmod o-rwx"):
        store.for_host("shop.example", settings)
    with pytest.raises(ValueError, match="replace its files"):
        store.rotate_host("shop.example", settings)


def test_an_acme_host_has_a_local_certificate_until_it_has_its_own(
    store: CertificateStore, clock: HeldClock
) -> None:
    settings = HostSettings(certificate=AcmeCertificate(source="acme"))
    assert store.for_host("shop.example", settings).source == "local"
    root = profiles.make_root(profiles.EDGE, now=clock.now())
    made = profiles.make_host_leaf("shop.example", root, now=clock.now())
    installed = store.install_acme(
        "shop.example", chain=pem(made.certificate), key=key_pem(made.key)
    )
    assert installed.source == "acme"
    assert store.for_host("shop.example", settings) == installed
    with pytest.raises(ValueError, match="order it anew"):
        store.rotate_host("shop.example", settings)


def test_the_list_tells_hosts_and_services_by_name(store: CertificateStore) -> None:
    store.for_service("billing", trust_domain=DOMAIN)
    store.for_host("*.shop.localhost", LOCAL)
    store.for_host("127.0.0.1", LOCAL)
    assert [credential.name for credential in store.list()] == [
        "host/*.shop.localhost",
        "host/127.0.0.1",
        "service/billing",
    ]


def test_an_export_is_a_copy_that_replaces_nothing(store: CertificateStore, tmp_path: Path) -> None:
    credential = store.for_host("*.shop.localhost", LOCAL)
    chain, key = store.export(credential, tmp_path)
    assert chain.read_bytes() == credential.chain.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError, match="exists already"):
        store.export(credential, tmp_path)


def test_openssl_reads_the_key_as_p256(store: CertificateStore) -> None:
    key = store.for_host("shop.localhost", LOCAL).key
    command = ["openssl", "pkey", "-in", str(key), "-noout", "-text"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "prime256v1" in text
