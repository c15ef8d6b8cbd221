"""Devices and times in words."""

from datetime import UTC, datetime, timedelta

import pytest

from ringwall.identity import devices, moments

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {_WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15) {_WEBKIT} Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) {_WEBKIT} Version/18.5 Safari/604.1",
            "Safari on an iPhone",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Version/18.5 Safari/605.1",
            "Safari on Mac",
        ),
        ("curl/8.14.1", "curl"),
        ("Something of its own (Linux)", "A browser on Linux"),
        ("<script>alert(1)</script>", "An unknown device"),
        ("", "An unknown device"),
    ],
)
def test_a_device_is_named_by_what_it_says(said: str, words: str) -> None:
    assert devices.in_words(said) == words


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(days=29, hours=23), "29 days ago"),
        (timedelta(days=30), "on 3 April 2026"),
    ],
)
def test_how_long_ago(past: timedelta, words: str) -> None:
    assert moments.ago(NOW - past, NOW) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=-3), "in a moment"),
        (timedelta(minutes=2), "in 2 minutes"),
        (timedelta(days=7), "in 7 days"),
        (timedelta(days=31), "on 3 June 2026"),
    ],
)
def test_how_far_ahead(left: timedelta, words: str) -> None:
    assert moments.ahead(NOW + left, NOW) == words
