"""What files called ``override`` or ``*_override`` change: blocks that stand in others, in part.

As Terraform has it: an argument takes the place of the one that is there, blocks of a kind that of
all of that kind, ``lifecycle`` argument by argument. What is overridden stays where it is written.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from ringwall.core.observations import Place
from ringwall.posture.code.hcl.trees import Argument, Block, Body, Literal
from ringwall.posture.code.reading import Remark

_ENDINGS: Final = (".tf.json", ".tofu.json", ".tf", ".tofu")
_CHANGED: Final = frozenset({"resource", "data", "ephemeral", "variable", "output", "module"})
"""Kinds of blocks of which Terraform refuses one that overrides nothing."""
_ALSO: Final = frozenset({"provider"})
_Key = tuple[str, ...]


@dataclass(slots=True)
class File:
    """A file of a module; ``path`` is as people see it."""

    path: str
    body: Body


@dataclass(slots=True)
class Overridden:
    """Files with what others change in them, and what those change that is not there."""

    files: list[File] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def overrides(name: str) -> bool:
    """Whether a file of this name changes others."""
    ending = next((one for one in _ENDINGS if name.endswith(one)), "")
    stem = name.removesuffix(ending)
    return stem == "override" or stem.endswith("_override")


def overridden(files: Iterable[File], changing: Iterable[File]) -> Overridden:
    """A module's files, with what ``changing`` ones say of them, in this order."""
    found = Overridden([File(one.path, Body(one.body.arguments, [])) for one in files])
    there: dict[_Key, tuple[File, int]] = {}
    for file, written in zip(found.files, files, strict=True):
        for block in written.body.blocks:
            there.setdefault(_key(block), (file, len(file.body.blocks)))
            file.body.blocks.append(block)
    for file in changing:
        rest: list[Block] = []
        for block in file.body.blocks:
            known = there.get(_key(block)) if block.kind in _CHANGED | _ALSO else None
            if known is not None:
                within, at = known
                blocks = within.body.blocks
                blocks[at] = replace(
                    blocks[at], body=merged(blocks[at].body, block.body, file.path)
                )
            elif block.kind in _CHANGED:
                name = ".".join([block.kind, *block.labels])
                why = f"{name} overrides nothing: Terraform refuses it, and it is left out"
                place = Place(file.path, block.line, block.end)
                found.remarks.append(Remark(place, why, is_broken=True))
            else:
                rest.append(block)  # locals and settings: whichever comes last is taken
        found.files.append(File(file.path, Body(file.body.arguments, rest)))
    return found


def merged(base: Body, change: Body, path: str) -> Body:
    """A block with what another, of the file ``path``, changes in it."""
    arguments = base.arguments | {
        name: Argument(name, one.value, one.line, one.path or path)
        for name, one in change.arguments.items()
    }
    if not {"count", "for_each"}.isdisjoint(change.arguments):
        for name in {"count", "for_each"} - set(change.arguments):
            arguments.pop(name, None)  # one of the two takes the place of the other
    anew = {_kind(one) for one in change.blocks} - {"lifecycle"}
    life = [one for one in change.blocks if _kind(one) == "lifecycle"]
    blocks = [one for one in base.blocks if _kind(one) not in anew]
    for one in life:
        at = next((n for n, each in enumerate(blocks) if _kind(each) == "lifecycle"), None)
        if at is None:
            blocks.append(replace(one, path=path))
        else:
            blocks[at] = replace(blocks[at], body=merged(blocks[at].body, one.body, path))
    for name in anew:  # what was an argument, such as a list of blocks, is a block now
        arguments.pop(name, None)
    named = {name for name in change.arguments if any(_kind(one) == name for one in blocks)}
    blocks = [one for one in blocks if _kind(one) not in named]
    blocks += [replace(one, path=path) for one in change.blocks if _kind(one) != "lifecycle"]
    return Body(arguments, blocks)


def _kind(block: Block) -> str:
    return block.labels[0] if block.kind == "dynamic" and block.labels else block.kind


def _key(block: Block) -> _Key:
    return (block.kind, *block.labels, *_alias(block))


def _alias(block: Block) -> Iterator[str]:
    alias = block.body.arguments.get("alias") if block.kind == "provider" else None
    if alias is not None:
        yield str(alias.value.value) if isinstance(alias.value, Literal) else repr(alias.value)
