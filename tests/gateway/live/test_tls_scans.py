"""The edge before the field's scanners: sslyze and testssl.sh find nothing above "low"."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from tests.gateway.live.debian_tools import environment_with
from tests.gateway.live.recorder import Recorder
from tests.gateway.live.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TOOLS: Final = Path(
    os.environ.get("RINGWALL_TOOLS", str(Path(__file__).parents[3] / ".venv-tools"))
)
SUITES: Final = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
CHECKS: Final = """
certinfo compression early_data elliptic_curves ems fallback heartbleed http_headers openssl_ccs
reneg resum robot sslv2 sslv3 tlsv1 tlsv1_1 tlsv1_2 tlsv1_3
"""
"""All that sslyze can do."""

HARMLESS: Final = frozenset({"OK", "INFO", "LOW"})

ACCEPTED: Final[Mapping[str, tuple[str, str]]] = {
    "cert_revocation": (
        "Neither CRL nor OCSP URI provided",
        "the local authority is for development and publishes no revocation list",
    ),
    "cert_expirationStatus": (
        r"expires < 30 days \(29\)",
        "its certificates live 30 days on purpose, and are renewed at two thirds of that",
    ),
    "cert_notAfter": (".*", "the same, as a date: cert_expirationStatus says how many days"),
}
"""Findings above "low" that are meant to be: the words they may have, and why."""

MUST_BE_JUDGED: Final = """
SSLv2 SSLv3 TLS1 TLS1_1 TLS1_2 TLS1_3 ALPN_HTTP2
cipherlist_NULL cipherlist_aNULL cipherlist_EXPORT cipherlist_LOW cipherlist_3DES_IDEA
cipherlist_AVERAGE cipherlist_STRONG PFS PFS_ciphers PFS_ECDHE_curves
cert_signatureAlgorithm cert_keySize cert_trust cert_chain_of_trust
HSTS_time X-Frame-Options X-Content-Type-Options banner_server
heartbleed CCS ticketbleed ROBOT secure_renego secure_client_renego CRIME_TLS BREACH POODLE_SSL
fallback_SCSV FREAK DROWN LOGJAM BEAST LUCKY13 RC4
"""
"""What testssl.sh must have come to, so that a scan that broke off is no good scan."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Recorder() as recorder:
        config = {
            "edge": {
                "hosts": {"app.localhost": {}, "legacy.localhost": {"tls_minimum": "1.2"}},
            },
            "services": {
                "recorder": {
                    "addresses": [recorder.address],
                    "owner": "tests",
                    "tls": "none",
                    "health": None,
                }
            },
            "routes": [
                {
                    "name": "all",
                    "hosts": ["app.localhost", "legacy.localhost"],
                    "path": "/**",
                    "service": "recorder",
                }
            ],
        }
        with Stage(tmp_path_factory.mktemp("scanned"), config) as stage:
            yield stage.up()


@dataclass(frozen=True, slots=True)
class Sslyze:
    """What sslyze found out about one host, and whether it is as Mozilla recommends."""

    result: Mapping[str, Any]
    compliant: bool
    words: str

    def of(self, command: str) -> Any:
        """The result of one of its commands, which must have come to an end."""
        found = self.result[command]
        assert found["status"] == "COMPLETED", found
        return found["result"]


def _sslyze(stage: Stage, host: str, level: str, out: Path) -> Sslyze:
    program = TOOLS / "bin" / "sslyze"
    assert program.exists(), f"{program} is missing: make .venv-tools/.done"
    done = subprocess.run(
        [
            str(program),
            *(f"--{check}" for check in CHECKS.split()),
            f"--mozilla_config={level}",
            f"--certinfo_ca_file={_roots(stage)}",
            f"--json_out={out}",
            f"--sni={host}",
            f"127.0.0.1:{stage.port}",
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    words = done.stdout + done.stderr
    (found,) = json.loads(out.read_text())["server_scan_results"]
    assert found["scan_status"] == "COMPLETED", words
    return Sslyze(found["scan_result"], done.returncode == 0, words)


def _roots(stage: Stage) -> Path:
    return stage.state / "pki" / "edge" / "trust.pem"


@pytest.fixture(scope="module")
def strict(scanned: Stage, tmp_path_factory: pytest.TempPathFactory) -> Sslyze:
    """A host as it is by default, against Mozilla's "modern" configuration."""
    out = tmp_path_factory.mktemp("sslyze") / "strict.json"
    return _sslyze(scanned, "app.localhost", "modern", out)


@pytest.fixture(scope="module")
def legacy(scanned: Stage, tmp_path_factory: pytest.TempPathFactory) -> Sslyze:
    """A host that allows TLS 1.2, against Mozilla's "intermediate" configuration."""
    out = tmp_path_factory.mktemp("sslyze") / "legacy.json"
    return _sslyze(scanned, "legacy.localhost", "intermediate", out)


def test_sslyze_finds_the_modern_configuration(strict: Sslyze) -> None:
    assert strict.compliant, strict.words


def test_sslyze_finds_the_intermediate_configuration_where_tls_1_2_is_allowed(
    legacy: Sslyze,
) -> None:
    assert legacy.compliant, legacy.words


@pytest.mark.parametrize("version", ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2"])
def test_sslyze_gets_no_old_version(strict: Sslyze, legacy: Sslyze, version: str) -> None:
    assert strict.of(f"{version}_cipher_suites")["accepted_cipher_suites"] == []
    if version != "tls_1_2":
        assert legacy.of(f"{version}_cipher_suites")["accepted_cipher_suites"] == []


def test_sslyze_gets_the_suites_and_groups_that_are_meant(strict: Sslyze, legacy: Sslyze) -> None:
    for found in (strict, legacy):
        suites = found.of("tls_1_3_cipher_suites")["accepted_cipher_suites"]
        assert {one["cipher_suite"]["name"] for one in suites} == set(SUITES)
        groups = found.of("elliptic_curves")["supported_curves"]
        assert {one["name"] for one in groups} == {"X25519", "secp256r1"}
    old = legacy.of("tls_1_2_cipher_suites")["accepted_cipher_suites"]
    assert old
    for one in old:
        assert one["cipher_suite"]["name"].startswith("TLS_ECDHE_ECDSA_WITH_")
        assert one["cipher_suite"]["name"].endswith(
            ("_GCM_SHA256", "_GCM_SHA384", "_POLY1305_SHA256")
        )


def test_sslyze_finds_no_weakness(strict: Sslyze, legacy: Sslyze) -> None:
    for found in (strict, legacy):
        assert found.of("tls_1_3_early_data") == {"supports_early_data": False}
        assert found.of("tls_compression") == {"supports_compression": False}
        assert not found.of("heartbleed")["is_vulnerable_to_heartbleed"]
        assert not found.of("openssl_ccs_injection")["is_vulnerable_to_ccs_injection"]
        assert found.of("robot")["robot_result"] == "NOT_VULNERABLE_RSA_NOT_SUPPORTED"
        renegotiation = found.of("session_renegotiation")
        assert not renegotiation["is_vulnerable_to_client_renegotiation_dos"]
        assert renegotiation["client_renegotiations_success_count"] == 0
    assert legacy.of("tls_fallback_scsv")["supports_fallback_scsv"]
    assert legacy.of("tls_extended_master_secret")["supports_ems_extension"]


def test_sslyze_validates_the_certificate_with_the_local_authority(strict: Sslyze) -> None:
    (deployed,) = strict.of("certificate_info")["certificate_deployments"]
    stores = {p["trust_store"]["name"]: p for p in deployed["path_validation_results"]}
    assert stores["Supplied CA file"]["was_validation_successful"]
    assert deployed["received_chain_has_valid_order"]
    assert not deployed["received_chain_contains_anchor_certificate"]
    assert not deployed["verified_chain_has_sha1_signature"]


def test_sslyze_is_told_to_use_tls_from_now_on(strict: Sslyze) -> None:
    header = strict.of("http_headers")["strict_transport_security_header"]
    assert header["max_age"] >= 31_536_000


@pytest.fixture(scope="module")
def findings(scanned: Stage, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Everything testssl.sh has to say. It asks nobody but 127.0.0.1."""
    environment = environment_with("testssl", "openssl", "hexdump", "ps", "nslookup")
    # Whether the scanner's own OpenSSL has GOST says nothing about the edge; else it is a finding.
    environment["NO_ENGINE"] = "true"
    folder = tmp_path_factory.mktemp("testssl")
    out = folder / "findings.json"
    done = subprocess.run(
        [
            "testssl",
            *("--quiet", "--color", "0", "--warnings", "batch"),
            *("--nodns", "none", "--ip", "127.0.0.1"),
            *("--add-ca", str(_roots(scanned)), "--jsonfile", str(out)),
            *("--protocols", "--standard", "--pfs", "--server-defaults", "--headers"),
            "--vulnerable",
            f"app.localhost:{scanned.port}",
        ],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert out.exists(), done.stdout + done.stderr
    found: list[dict[str, str]] = json.loads(out.read_text())
    return found


def test_testssl_finds_nothing_above_low(findings: list[dict[str, str]]) -> None:
    above = [one for one in findings if one["severity"] not in HARMLESS]
    unexpected = [
        one
        for one in above
        if one["id"] not in ACCEPTED or not re.fullmatch(ACCEPTED[one["id"]][0], one["finding"])
    ]
    assert unexpected == []


def test_testssl_has_judged_all_that_it_can(findings: list[dict[str, str]]) -> None:
    assert set(MUST_BE_JUDGED.split()) <= {one["id"] for one in findings}


def test_what_is_accepted_is_still_found(findings: list[dict[str, str]]) -> None:
    assert set(ACCEPTED) <= {one["id"] for one in findings if one["severity"] not in HARMLESS}
