"""A proof of work that anonymous browsers show while an attack is under way.

Lua (``challenge.lua``) makes the question and checks the answer, without asking anybody and without
a memory of who was asked. The page (``challenge.html``) is a local reply with the question in it.

Programs, feeds and health checks are never asked: they are no browsers that go to a page. Nor is
whoever is signed in, nor exempt networks, nor what belongs to the edge.
"""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ringwall.gateway.availability.challenge import Challenge
from ringwall.gateway.config import Network
from ringwall.gateway.envoy.resources import Json, typed
from ringwall.gateway.envoy.salting import Asking, asking_in
from ringwall.gateway.envoy.scripts import script

CHALLENGE_FILTER: Final = "ringwall.challenge"
CHALLENGE_TYPE: Final = "envoy.extensions.filters.http.lua.v3.Lua"

PASS_HEADER: Final = "x-ringwall-pass"  # noqa: S105 - the name of a header
"""Where the filter that takes the edge's cookies away puts this one."""
PASSED_HEADER: Final = "x-ringwall-passed"
"""What says that a pass is right; nobody else can send it, and services do not get it."""
_QUESTION_HEADER: Final = "x-ringwall-challenge"

SCRIPT: Final = script("challenge.lua")
_PAGE: Final = Path(__file__).with_name("challenge.html").read_text(encoding="utf-8")


def challenge_filter(challenge: Challenge, *, asking: Asking, exempt: Sequence[Network]) -> Json:
    """The ECDS resource: what changes with time and load is a new script."""
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": CHALLENGE_FILTER,
        "typed_config": typed(
            CHALLENGE_TYPE,
            default_source_code={
                "inline_string": filled(challenge, asking=asking, exempt=exempt)
                + "\nfunction envoy_on_request(handle)\n  ringwall_challenge(handle)\nend\n"
            },
            clear_route_cache=False,
        ),
    }


def filled(challenge: Challenge, *, asking: Asking, exempt: Sequence[Network]) -> str:
    """The script with its settings in it."""
    difficulty = challenge.difficulty
    script = asking_in(SCRIPT, asking, least=difficulty.least, most=difficulty.most)
    hosts = "nil"
    if challenge.hosts != "all":
        hosts = "{ " + ", ".join(f"[{json.dumps(h)}] = true" for h in challenge.hosts) + " }"
    return (
        script.replace("@LASTS@", str(int(challenge.lasts)))
        .replace("@HOSTS@", hosts)
        .replace("@EXEMPT@", ", ".join(map(_leading_bits, exempt)))
    )


def _leading_bits(network: Network) -> str:
    digits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    return f'{{ "{digits}", {network.max_prefixlen} }}'


def page_reply(challenge: Challenge) -> Json:
    """The local-reply mapper that makes the page of what the script has answered.

    503 with ``Retry-After`` tells crawlers to come back, and not to take this for the page (RFC
    9110 section 15.6.4).
    """
    return {
        "filter": {"header_filter": {"header": {"name": _QUESTION_HEADER, "present_match": True}}},
        "status_code": 503,
        "headers_to_add": [
            _set("cache-control", "no-store"),
            _set("content-security-policy", _POLICY),
            _set("referrer-policy", "no-referrer"),
        ],
        "body_format_override": {
            "text_format_source": {"inline_string": page(challenge, f"%REQ({_QUESTION_HEADER})%")},
            "content_type": "text/html; charset=utf-8",
        },
    }


def page(challenge: Challenge, question: str) -> str:
    """The page in Envoy's words, to which a single per cent sign begins an operator."""
    seconds = int(challenge.lasts)
    return (
        _PAGE.replace("%", "%%")
        .replace("CHALLENGE", question)
        .replace("LASTS", str(seconds))
        .replace("VALIDITY", _in_words(seconds))
    )


def _in_words(seconds: int) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes % 60:
        return "a minute" if minutes == 1 else f"{minutes} minutes"
    return "an hour" if minutes == 60 else f"{minutes // 60} hours"


def _set(name: str, value: str) -> Json:
    return {
        "header": {"key": name, "value": value},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }


def _hash_of(element: str) -> str:
    """How a content security policy names the text of the page's one element of this kind."""
    found = re.search(rf"<{element}>(.*?)</{element}>", _PAGE, re.DOTALL)
    assert found is not None  # noqa: S101 - the page is part of this package
    return "sha256-" + base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()


_POLICY: Final = (
    f"default-src 'none'; script-src '{_hash_of('script')}'; style-src '{_hash_of('style')}'; "
    "worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
