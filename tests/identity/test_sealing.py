"""Secrets that are read again: only with the key of this state folder, and unchanged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ringwall.identity.sealing import FILE, UnsealingError, seal, unseal
from ringwall.runtime.current import current_installation


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return at(tmp_path / "one", monkeypatch)


def at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RINGWALL_STATE", str(folder))
    current_installation.cache_clear()
    return folder


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    current_installation.cache_clear()


def test_what_was_sealed_comes_back_and_is_not_to_be_seen(state: Path) -> None:
    sealed = seal(b"a secret")
    assert unseal(sealed) == b"a secret"
    assert "secret" not in sealed
    assert seal(b"a secret") != sealed
    assert (state / FILE).stat().st_mode & 0o777 == 0o600


def test_the_empty_secret_is_a_secret_too(state: Path) -> None:
    assert unseal(seal(b"")) == b""


@pytest.mark.parametrize("wrong", ["", "rw1.", "rw1.AAAA", "rw2.AAAA", "plain text", "rw1.é"])
def test_what_we_did_not_seal_is_refused(state: Path, wrong: str) -> None:
    with pytest.raises(UnsealingError, match="enter it anew"):
        unseal(wrong)


def test_a_changed_character_is_noticed(state: Path) -> None:
    sealed = seal(b"a secret")
    for place in range(4, len(sealed)):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(UnsealingError):
            unseal(changed)


def test_another_installation_cannot_read_it(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal(b"a secret")
    at(state.parent / "two", monkeypatch)
    with pytest.raises(UnsealingError):
        unseal(sealed)
