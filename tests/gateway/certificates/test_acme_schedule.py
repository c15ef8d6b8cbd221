"""Back-off that survives restarts, and what servers say about waiting."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from acme import errors, messages
from hypothesis import given
from hypothesis import strategies as st
from requests.exceptions import ConnectionError as NotReached
from requests.exceptions import ConnectTimeout, SSLError

from ringwall.gateway.certificates.acme_problem import (
    AcmeProblem,
    from_document,
    read_retry_after,
    translated,
)
from ringwall.gateway.certificates.acme_schedule import AttemptLog, Attempts, renewal_at
from ringwall.gateway.certificates.credential import Credential

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def fail(attempts: Attempts, at: datetime, wait: timedelta | None = None) -> Attempts:
    return attempts.started(at, settings="s").failed(at, problem="no", wait=wait)


def test_waits_grow_from_an_hour_to_a_day() -> None:
    attempts, at, waits = Attempts(), NOW, []
    for _ in range(8):
        attempts = fail(attempts, at)
        assert attempts.not_before is not None
        assert not attempts.may_start(attempts.not_before - timedelta(seconds=1), settings="s")
        assert attempts.may_start(attempts.not_before, settings="s")
        waits.append((attempts.not_before - at) / HOUR)
        at = attempts.not_before
    for wait, least in zip(waits, [1, 2, 4, 8, 16, 24, 24, 24], strict=True):
        assert least <= wait <= least * 1.1


def test_the_server_may_ask_for_more_but_not_for_less() -> None:
    longer = fail(Attempts(), NOW, timedelta(days=2))
    assert longer.not_before == NOW + timedelta(days=2)
    shorter = fail(Attempts(), NOW, timedelta(seconds=1))
    assert shorter.not_before is not None
    assert shorter.not_before >= NOW + HOUR


def test_attempts_that_are_killed_in_a_loop_are_a_failure() -> None:
    attempts = Attempts()
    for _ in range(3):
        assert attempts.may_start(NOW, settings="s")
        attempts = attempts.started(NOW, settings="s")
        assert attempts.not_before is None
    attempts = attempts.started(NOW, settings="s")
    assert attempts.not_before is not None
    assert attempts.not_before >= NOW + HOUR
    assert "cut short" in attempts.problem


def test_what_is_our_own_fault_is_tried_again_at_once_but_not_for_ever() -> None:
    attempts = Attempts()
    for _ in range(2):
        attempts = attempts.started(NOW, settings="s").held_up(NOW, problem="the edge is down")
        assert attempts.may_start(NOW, settings="s")
        assert attempts.problem == "the edge is down"
    attempts = attempts.started(NOW, settings="s").held_up(NOW, problem="the edge is down")
    assert not attempts.may_start(NOW + HOUR - timedelta(seconds=1), settings="s")
    assert attempts.problem == "the edge is down"


def test_changed_settings_and_a_clock_set_back_end_the_wait() -> None:
    attempts = fail(Attempts(), NOW)
    assert not attempts.may_start(NOW, settings="s")
    assert attempts.may_start(NOW, settings="other")
    assert attempts.started(NOW, settings="other").failures == 0
    assert attempts.may_start(NOW - timedelta(days=3650), settings="s")


def test_attempts_are_kept_and_damage_is_a_fresh_start(tmp_path: Path) -> None:
    log = AttemptLog(tmp_path, "shop.example")
    assert log.read() == Attempts()
    attempts = fail(Attempts(), NOW)
    log.write(attempts)
    assert AttemptLog(tmp_path, "shop.example").read() == attempts
    for content in ("", "[]", "{}", '{"failures": "x"}'):
        (tmp_path / "attempts/shop.example.json").write_text(content)
        assert log.read() == Attempts()
    log.clear()
    log.clear()
    assert log.read() == Attempts()


@given(st.binary(min_size=32, max_size=32), st.integers(1, 400))
def test_renewals_spread_out_after_two_thirds(fingerprint: bytes, days: int) -> None:
    credential = Credential(
        name="host/shop.example",
        chain=Path("c"),
        key=Path("k"),
        names=("shop.example",),
        not_before=NOW,
        not_after=NOW + timedelta(days=days),
        source="acme",
        serial="1",
        fingerprint_sha256=fingerprint.hex(),
        issuer="CN=x",
    )
    part = (renewal_at(credential) - NOW) / timedelta(days=days)
    assert 2 / 3 - 1e-9 <= part <= 2 / 3 + 0.02


def test_what_the_system_said_is_told_without_the_librarys_words() -> None:
    with (
        pytest.raises(AcmeProblem) as raised,
        translated("https://127.0.0.1:9/directory", "shop.example"),
    ):
        requests.get("https://127.0.0.1:9/directory", timeout=5)
    assert str(raised.value) == "cannot reach https://127.0.0.1:9/directory: Connection refused"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", 7 * 86400),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Sun, 06 Nov 2094 08:49:37 GMT", 7 * 86400),
        ("soon", None),
        ("", None),
        (None, None),
        ("-5", None),
        ("\u0661", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    wait = read_retry_after(header, now=NOW)
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text())
def test_no_retry_after_breaks_anything(header: str) -> None:
    wait = read_retry_after(header, now=NOW)
    assert wait is None or timedelta() <= wait <= timedelta(days=7)


def test_the_servers_words_and_names_are_kept() -> None:
    document = {
        "type": "urn:ietf:params:acme:error:malformed",
        "detail": "Some of the identifiers were rejected",
        "subproblems": [
            {
                "type": "urn:ietf:params:acme:error:caa",
                "detail": "CAA record forbids it",
                "identifier": {"type": "dns", "value": "www.shop.example"},
            }
        ],
    }
    expected = (
        "shop.example: the ACME server says: Some of the identifiers were rejected "
        "(urn:ietf:params:acme:error:malformed); www.shop.example: the ACME server says: "
        "CAA record forbids it (urn:ietf:params:acme:error:caa)"
    )
    assert str(from_document(document, host="shop.example")) == expected
    with (
        pytest.raises(AcmeProblem) as raised,
        translated("https://ca.example/directory", "shop.example"),
    ):
        raise messages.Error.from_json(document)
    assert str(raised.value) == expected
    assert raised.value.code == "malformed"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SSLError("self-signed"), "does not prove who it is: self-signed"),
        (ConnectTimeout("slow"), "did not answer in time"),
        (NotReached("refused"), "cannot reach https://ca.example/directory: refused"),
        (errors.ClientError("odd"), "not ACME's: odd"),
        (errors.Error("other"), "https://ca.example/directory: other"),
    ],
)
def test_every_error_of_the_library_becomes_a_problem(error: Exception, text: str) -> None:
    with (
        pytest.raises(AcmeProblem, match=text),
        translated("https://ca.example/directory", "shop.example"),
    ):
        raise error
