"""Servers of feeds that are slow on purpose, or send what nobody could read."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.sources import feeds, fetching, formats
from ringwall.gateway.sources.lists import ListError

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[str]:
    """A server that says something, and then a little of it again and again; its address."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(first)
                while not stop.wait(0.05):
                    connection.sendall(drop)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        stop.set()
        listener.close()
        thread.join(5)


@pytest.mark.parametrize(
    ("first", "drop"), [(HEAD, b"\n"), (b"HTTP/1.1 200 OK\r\nx: ", b"y"), (b"", b"z")]
)
def test_who_drips_is_waited_for_no_longer_than_others(
    monkeypatch: pytest.MonkeyPatch, first: bytes, drop: bytes
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    monkeypatch.setattr(fetching, "_require_public", lambda *_, **__: None)
    with dripping(first, drop) as url:
        began = time.monotonic()
        with pytest.raises(ListError, match=r"took longer than 0\.5 s"):
            fetching.from_web(url, mark="", private=True)
        assert time.monotonic() - began < 3


def test_what_one_feed_does_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [{"name": name, "file": f"{name}.txt"} for name in ("bad", "good")]
    for one in names:
        (tmp_path / one["file"]).write_text("203.0.113.0/24")
    read = formats.read

    def failing(content: bytes, *, name: str, **more: Any) -> Any:
        if "bad" in name:
            raise MemoryError
        return read(content, name=name, **more)

    monkeypatch.setattr(formats, "read", failing)
    availability = Availability.model_validate({"sources": {"feeds": names}})
    now = datetime(2026, 11, 26, 17, tzinfo=UTC)
    bad, good = feeds.read_due(availability, root=tmp_path, state=tmp_path / "state", now=now)
    assert "MemoryError" in bad.refused
    assert good.changed
