"""What a supervisor tells its guardian."""

import asyncio
import os
import signal

import pytest

from ringwall.runtime.processes.guardian import VARIABLE
from ringwall.runtime.processes.guarding import Guardian


@pytest.mark.parametrize("is_there", [True, False])
def test_it_is_told_to_end_once(monkeypatch: pytest.MonkeyPatch, is_there: bool) -> None:
    """Told twice it would hurry what ends, and several may ask for that at once."""
    sent: list[int] = []

    def sending(_: int, number: int) -> None:
        sent.append(number)
        if not is_there:
            raise ProcessLookupError

    async def tell() -> list[bool]:
        guardian = Guardian(lambda: None)
        try:
            return [guardian.tell_to_end() for _ in range(3)]
        finally:
            guardian.close()

    monkeypatch.setenv(VARIABLE, str(os.getppid()))
    monkeypatch.setattr(signal, "pidfd_send_signal", sending)
    assert asyncio.run(tell()) == [is_there] * 3
    assert set(sent) == {signal.SIGTERM}
    assert not is_there or len(sent) == 1


def test_without_one_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def tell() -> bool:
        return Guardian(lambda: None).tell_to_end()

    monkeypatch.delenv(VARIABLE, raising=False)
    assert asyncio.run(tell()) is False
