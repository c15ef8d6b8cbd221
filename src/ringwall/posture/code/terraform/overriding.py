"""Files named ``override.tf`` or ``it_override.tf``: what they say counts more, and is merged.

By developer.hashicorp.com/terraform/language/files/override: arguments take the place of arguments,
and blocks of a kind that of all of the kind. A thing stays where it was declared.
"""

import re
from dataclasses import replace
from typing import Final

from ringwall.posture.code.hcl.trees import Block, Body

_NAMED: Final = re.compile(r"(.*_)?override\.(tf|tf\.json|tofu|tofu\.json)")
_MERGED_WITHIN: Final = frozenset({"lifecycle"})


def is_override(name: str) -> bool:
    """Whether a file of this name speaks of what others declare."""
    return _NAMED.fullmatch(name) is not None


def overridden(block: Block, by: Block) -> Block:
    """A block as it is with what another one says over it, at the place it had."""
    return replace(block, body=_merged(block.body, by.body, block.line))


def _merged(body: Body, by: Body, line: int) -> Body:
    kinds = {_kind(one) for one in by.blocks} - _MERGED_WITHIN
    arguments = {name: one for name, one in body.arguments.items() if name not in kinds}
    for name, one in by.arguments.items():
        before = arguments.get(name)
        arguments[name] = replace(one, line=before.line if before else line)
    if not {"count", "for_each"}.isdisjoint(by.arguments):  # one of the two takes the other's place
        for name in {"count", "for_each"} - set(by.arguments):
            arguments.pop(name, None)
    gone = kinds | set(by.arguments)
    blocks = [one for one in body.blocks if _kind(one) not in gone]
    return Body(arguments, blocks + [_placed(one, line) for one in by.blocks])


def _kind(block: Block) -> str:
    return block.labels[0] if block.kind == "dynamic" and block.labels else block.kind


def _placed(block: Block, line: int) -> Block:
    """The same, as if it stood where the whole is declared: it has one file alone."""
    arguments = {name: replace(one, line=line) for name, one in block.body.arguments.items()}
    inner = Body(arguments, [_placed(one, line) for one in block.body.blocks])
    return replace(block, body=inner, line=line, end=line)
