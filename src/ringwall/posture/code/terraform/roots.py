"""Which folders are modules that somebody applies, and what they come to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ringwall.core.observations import Place
from ringwall.posture.code.hcl.trees import Expression, Literal
from ringwall.posture.code.reading import CodeError, Remark
from ringwall.posture.code.terraform.bounds import INSTANCES, module_bounded
from ringwall.posture.code.terraform.loading import ENDINGS, WORKSPACE, Folder, Loader
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.rooting import rooted
from ringwall.posture.code.terraform.running import Module


@dataclass(slots=True)
class Applied:
    """What one root module declares."""

    path: Path
    instances: list[Instance]
    """Their addresses begin with the folder, unless it is the one that was asked for."""
    remarks: list[Remark] = field(default_factory=list)
    variables: frozenset[str] = frozenset()
    """Those that it declares."""


def folders_of(root: Path) -> list[Path]:
    """Folders with Terraform in them, without what ``terraform init`` fetched."""
    found = {
        one.parent
        for ending in ENDINGS
        for one in root.rglob(f"*{ending}")
        if ".terraform" not in one.relative_to(root).parts and not one.is_dir()
    }
    return sorted(found)


def applied(
    root: Path,
    *,
    values: Iterable[Path] = (),
    given: Mapping[str, str] | None = None,
) -> Iterator[Applied]:
    """Each module below ``root`` that no other calls.

    ``CodeError`` where a file of values is none.
    """
    loader, variables = Loader(enclosing(root), root), dict(given or {})
    loader.chosen = variables.pop(WORKSPACE, "")
    folders = folders_of(root)
    called = {one for folder in folders for one in _calls(loader, folder)}
    roots = [
        one for one in folders if one.resolve() not in called or _is_applied(loader.folder(one))
    ] or folders[:1]
    for folder in roots:
        read = loader.folder(folder)
        for path in values:
            read.values |= loader.values_in(path, is_asked=True)
        read.values |= {name: (_given(text), "-var") for name, text in variables.items()}
        module = Module(loader, read, root=folder.resolve())
        name = loader.name_of(folder.resolve())
        made = rooted(module.instances(), "" if name == "." else name)
        with module_bounded():
            instances = list(islice(made, INSTANCES + 1))
            if len(instances) > INSTANCES:
                said = f"it makes more than {INSTANCES:,} resources: the others are not judged"
                loader.remarks.append(Remark(Place(name, 1), said, is_unread=True))
        yield Applied(folder, instances[:INSTANCES], variables=frozenset(module.variables))
    if loader.remarks and folders:
        yield Applied(root, [], loader.remarks)


def _given(text: str) -> Expression:
    from ringwall.posture.code.hcl.parsing import parse_expression  # noqa: PLC0415 - seldom needed

    if not text.startswith(("[", "{", '"')):
        return Literal(text)
    try:
        return parse_expression(text, "-var")
    except CodeError:
        return Literal(text)


def _is_applied(folder: Folder) -> bool:
    """Whether it is applied by itself: it says where its state is kept, or which values it has."""
    blocks = [block for file in folder.files for block in file.body.blocks]
    kinds = {inner.kind for one in blocks if one.kind == "terraform" for inner in one.body.blocks}
    return bool(folder.values) or not {"backend", "cloud"}.isdisjoint(kinds)


def _calls(loader: Loader, folder: Path) -> Iterator[Path]:
    """Folders that a folder's modules come from; those that call each other all count as roots."""
    here = folder.resolve()
    for file in loader.folder(folder).files:
        for block in file.body.blocks:
            source = block.body.arguments.get("source") if block.kind == "module" else None
            text = source.value.value if source and isinstance(source.value, Literal) else None
            if isinstance(text, str) and text.startswith("."):
                found = (folder / text).resolve()
                if found != here:
                    yield found


def enclosing(root: Path) -> Path:
    """The working tree that a folder is in, for modules beside it; else the folder itself."""
    here = root.resolve()
    for one in (here, *here.parents):
        if (one / ".git").exists():
            return one
    return here
