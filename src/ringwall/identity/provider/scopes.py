"""Scopes in words that people understand."""

from collections.abc import Iterable
from typing import Final

_WORDS: Final = {
    "openid": "Know that it is you",
    "profile": "Read your name",
    "email": "Read your mail address",
    "roles": "Read your organisation and your roles in it",
    "offline_access": "Stay connected while you are signed in here",
}


def told(scopes: Iterable[str]) -> list[str]:
    """What each scope allows; the scope itself where it is an application's own word."""
    return [_WORDS.get(scope, scope) for scope in scopes]
