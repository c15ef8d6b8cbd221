"""How the notary is asked over a socket: a line of JSON each way, one question a connection.

    {"do": "sign", "origin": ..., "size": ..., "root": BASE64, "old": ..., "proof": [BASE64, ...]}
    {"do": "tell"}    {"do": "bring-in"}    {"do": "retire"}

The answers: ``{"note": ...}``, ``{"refused": REASON, "size": ..., "root": ...}``,
``{"size": ..., "root": ..., "vkeys": [...], "changes": [...]}``, ``{"vkey": ...}``,
``{"error": TEXT}``.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from ringwall.ledger.checkpoints import Checkpoint, hash_from
from ringwall.ledger.keys import encode
from ringwall.ledger.notary.keyring import KeyringError
from ringwall.ledger.notary.signing import Last, Notary, Refused
from ringwall.ledger.proofs import MOST_HASHES

LONGEST: Final = 64 * 1024
"""Bytes of a question."""
LONGEST_ANSWER: Final = 4 * 1024 * 1024


def answer(notary: Notary, line: bytes) -> bytes:
    """The answer to a line, with its newline. Errors of the asker are answers too."""
    try:
        found = _answer(notary, json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        found = {"error": f"the question cannot be understood: {error}"}
    except OSError as error:  # nothing is signed that is not kept before
        found = {"error": f"what it signs cannot be kept: {error.strerror}"}
    except KeyringError as error:
        found = {"error": str(error)}
    return json.dumps(found).encode() + b"\n"


def question(checkpoint: Checkpoint, old: int, proof: list[bytes]) -> dict[str, Any]:
    """To sign a checkpoint."""
    return {
        "do": "sign",
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": encode(checkpoint.root),
        "old": old,
        "proof": [encode(one) for one in proof],
    }


def _answer(notary: Notary, asked: Mapping[str, Any]) -> dict[str, Any]:
    match asked["do"]:
        case "sign":
            return _sign(notary, asked)
        case "tell":
            return {
                **_told(notary.last),
                "vkeys": [str(key) for key in notary.vkeys],
                "changes": [str(one.note) for one in notary.changes],
            }
        case "bring-in":
            return {"vkey": str(notary.bring_in())}
        case "retire":
            return {"vkey": str(notary.retire())}
        case other:
            msg = f"nobody knows how to do {other!r}"
            raise ValueError(msg)


def _sign(notary: Notary, asked: Mapping[str, Any]) -> dict[str, Any]:
    origin, proof = asked["origin"], asked["proof"]
    if not isinstance(origin, str) or not isinstance(proof, list) or len(proof) > MOST_HASHES:
        msg = f"'origin' is a text, 'proof' a list of at most {MOST_HASHES} hashes"
        raise ValueError(msg)
    checkpoint = Checkpoint(origin, _number(asked["size"]), hash_from(asked["root"], "root"))
    path = [hash_from(one, f"hash {place}") for place, one in enumerate(proof, 1)]
    done = notary.sign(checkpoint, old=_number(asked["old"]), proof=path)
    if isinstance(done, Refused):
        return {"refused": done.reason, **_told(done.last)}
    return {"note": str(done.note)}


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        msg = f"{value!r} is not a number of leaves"
        raise ValueError(msg)
    return value


def _told(last: Last) -> dict[str, Any]:
    return {"size": last.size, "root": encode(last.root)}
