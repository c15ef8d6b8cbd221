"""Numbers of components and relations, made of what they name: 63 bits of BLAKE2b (RFC 7693).

Nobody has to be asked for them. Of a million, two have the same with a chance of one in ten
million; whoever takes them in compares what is named and refuses the second.
"""

from hashlib import blake2b
from typing import Final

from ringwall.core.components import Relation

_BITS: Final = (1 << 63) - 1


def number_of(text: str) -> int:
    """The number of a component with this id."""
    digest = blake2b(
        text.encode(errors="surrogatepass"), digest_size=8, usedforsecurity=False
    ).digest()
    return int.from_bytes(digest) & _BITS


def number_of_relation(relation: Relation, scope: int) -> int:
    """The number of a relation as it is told in a scope."""
    return number_of(f"{scope}\n{relation.kind}\n{relation.source}\n{relation.target}")
