"""What a browser says of itself, in words. It is a courtesy: anybody can say anything here."""

import re
from typing import Final

_BROWSERS: Final = (
    # More than one name stands in most: the most particular comes first.
    ("Edg", "Edge"),
    ("EdgA", "Edge"),
    ("EdgiOS", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Version", "Safari"),
    ("curl", "curl"),
    ("python-httpx", "a Python program"),
    ("python-requests", "a Python program"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_PHONES: Final = ("iPhone", "Android")


def in_words(user_agent: str) -> str:
    """A ``User-Agent`` (RFC 9110 section 10.1.5) as ``Firefox on Linux``, as far as it says."""
    browser = next((name for mark, name in _BROWSERS if _has_product(user_agent, mark)), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser and system:
        return f"{browser} on {'an ' if system in {'iPhone', 'iPad'} else ''}{system}"
    return browser or (f"A browser on {system}" if system else "An unknown device")


def is_phone(user_agent: str) -> bool:
    """Whether it is a device for one hand."""
    return any(mark in user_agent for mark in _PHONES)


def _has_product(user_agent: str, mark: str) -> bool:
    return re.search(rf"(?:^|[ (]){re.escape(mark)}/", user_agent) is not None
