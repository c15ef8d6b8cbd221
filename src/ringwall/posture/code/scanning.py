"""Read a folder of code into a snapshot: Terraform, CloudFormation, manifests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ringwall.core.observations import Collected, Place
from ringwall.posture.code.cloudformation import templates
from ringwall.posture.code.cloudformation.nesting import Stacks
from ringwall.posture.code.documents import Document, documents
from ringwall.posture.code.kubernetes import clusters, kustomized, manifests, provided
from ringwall.posture.code.mapping import KINDS, fill, mapped, unmapped
from ringwall.posture.code.reading import NO_FILE, CodeError, Remark
from ringwall.posture.code.terraform import plans
from ringwall.posture.code.terraform.loading import ENDINGS, LARGEST, WORKSPACE
from ringwall.posture.code.terraform.resources import Resources
from ringwall.posture.code.terraform.rooting import rooted
from ringwall.posture.code.terraform.roots import applied, enclosing
from ringwall.posture.snapshot.snapshot import Snapshot

_YAML: Final = (".yaml", ".yml", ".json", ".template")
_TERRAFORMS: Final = (".tf.json", ".tofu.json", ".tfvars.json")
_RENDER: Final = (
    "Kustomize is not read, nor are the patches that it names: render it first, with"
    " `kubectl kustomize`"
)
_LEFT_OUT: Final = frozenset({".git", ".terraform", "node_modules", ".venv", "__pycache__"})


@dataclass(slots=True)
class Code:
    """What a folder comes to. ``remarks`` are all that was not understood."""

    snapshot: Snapshot = field(default_factory=Snapshot)
    remarks: list[Remark] = field(default_factory=list)
    unmapped: dict[str, int] = field(default_factory=dict)
    """Types of resources that Ringwall knows nothing of, with how many there are."""

    is_any: bool = False
    """Whether there was anything that is read."""

    @property
    def is_broken(self) -> bool:
        """Whether anything could not be read at all."""
        return any(one.is_broken for one in self.remarks)

    @property
    def unread(self) -> list[Remark]:
        """What is declared and was left out, or that there was nothing: no verdict speaks of it."""
        return [one for one in self.remarks if one.is_unread]


def read_code(
    folder: Path,
    *,
    values: Iterable[Path] = (),
    given: Mapping[str, str] | None = None,
) -> Code:
    """Everything below a folder, or one file; ``CodeError`` where a file of values is none."""
    code = Code()
    base = folder if folder.is_dir() else folder.parent
    declared = {WORKSPACE}
    if folder.is_dir():
        for root in applied(folder, values=values, given=given):
            code.is_any = True
            code.remarks += root.remarks
            declared |= root.variables
            _map(code, Resources(root.instances), missing=())
    elif folder.name.endswith(ENDINGS):
        raise CodeError(folder.name, 1, "it is one file of a module: name the folder that it is in")
    within, found = enclosing(base), list[tuple[str, Document]]()
    files = [(path, str(path.relative_to(base))) for path in _files(folder, code)]
    patches = {
        one
        for path, shown in files
        if path.name in kustomized.FILES
        for one in _patches(path, shown, within)
    }
    for path, shown in files:
        if shown in patches:
            continue
        try:
            _read(code, path, shown, within, found)
        except CodeError as error:
            place = Place(error.path, error.line)
            code.remarks.append(Remark(place, error.why, is_broken=True))
    stacks = Stacks(dict(reversed(found)), given)
    for shown, one in found:
        declared |= stacks.parameters(shown)
        read = templates.read(one, shown, stacks)
        code.remarks += read.remarks
        _map(code, Resources(rooted(read.instances, shown)), (), templates.NAMES)
    clusters.apart(code.snapshot)
    _tell(code, folder, sorted(set(given or ()) - declared))
    unread = [f"{one} is not read" for one in code.unmapped if _may_police(one)]
    fill(code.snapshot, (), ("k8s-network-policy",) if unread else (), unread)
    missing = [str(one) for one in code.remarks if _leaves_out(one)]
    fill(code.snapshot, (), KINDS, missing)
    return code


def _may_police(kind: str) -> bool:
    """Whether what nobody judges may be, or bring, a network policy."""
    return kind.endswith(manifests.POLICIES) or kind in provided.APPLYING


def _leaves_out(remark: Remark) -> bool:
    """Whether something may be declared there that is not among what was found."""
    return (remark.is_broken and not remark.is_judged) or "is not here" in remark.why


def _tell(code: Code, folder: Path, undeclared: Iterable[str]) -> None:
    """Say what somebody may have meant, and did not get."""
    here = Place(".", 1)
    for name in undeclared:
        why = f"a value is given for {name}, which nothing here declares"
        code.remarks.append(Remark(here, why, is_broken=True))
    if not (code.is_any or code.remarks):
        why = (
            "there is nothing that is read: folders of Terraform, plans as `terraform show -json` "
            "writes them, templates of CloudFormation, manifests of Kubernetes"
        )
        where = Place(folder.name, 1) if folder.is_file() else here
        is_file = folder.is_file()
        code.remarks.append(Remark(where, why, is_broken=is_file, is_unread=not is_file))


def _map(
    code: Code,
    resources: Resources,
    missing: Iterable[str],
    names: Mapping[str, str] | None = None,
) -> None:
    """``names`` are types as the code has them, where they are others than Terraform's."""
    fill(code.snapshot, mapped(resources), (), missing)
    code.remarks += resources.broken
    for made, count in unmapped(resources).items():
        kind = (names or {}).get(made, made)
        code.unmapped[kind] = code.unmapped.get(kind, 0) + count


def _files(folder: Path, code: Code) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        if not _LEFT_OUT.isdisjoint(within.parts):
            continue
        if path.is_dir():
            if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
                why = "it leads to a folder elsewhere, in which is not looked for code"
                code.remarks.append(Remark(Place(str(within), 1), why, is_unread=True))
            continue
        why = _unread(path.name)
        if why:
            code.remarks.append(Remark(Place(str(within), 1), why, is_unread=True))
            continue
        is_named = path.suffix in _YAML or path.name in kustomized.FILES
        if is_named and not path.name.endswith(_TERRAFORMS):
            yield path


def _unread(name: str) -> str:
    """Why a file of this name is not read, though it says what is made; ``""`` for any other."""
    if name.startswith("terragrunt.") and name.endswith(".hcl"):
        return (
            "Terragrunt is not read, nor known what it gives to modules: judge its plans, as "
            "`terragrunt show -json` writes them"
        )
    if name.endswith((".tfstack.hcl", ".tfcomponent.hcl", ".tfdeploy.hcl")):
        return "stacks of Terraform are not read, nor known what they give to modules"
    if name in {"serverless.yml", "serverless.yaml"}:
        return "the Serverless Framework is not read: judge what `serverless package` writes"
    return ""


def _patches(path: Path, shown: str, within: Path) -> list[str]:
    """The patches that a kustomization names; none of one that cannot be read, which is told."""
    try:
        several = documents(_text(path, shown, within), shown, templates.tagged)
        return [one for each in several for one in kustomized.patches_of(each.value, shown)]
    except CodeError:
        return []


def _read(
    code: Code, path: Path, shown: str, within: Path, found: list[tuple[str, Document]]
) -> None:
    """One file; templates are put aside, for one may name another."""
    text = _text(path, shown, within)
    if path.name in kustomized.FILES:  # whether it says so itself, or leaves that out
        code.remarks.append(Remark(Place(shown, 1), _RENDER, is_unread=True))
        return
    _take(code, path, shown, text, found)


def _text(path: Path, shown: str, within: Path) -> str:
    if not path.resolve().is_relative_to(within):
        raise CodeError(shown, 1, "it lies outside of the folder, and is not read")
    if not path.is_file():
        raise CodeError(shown, 1, NO_FILE)
    try:
        if path.stat().st_size > LARGEST:
            raise CodeError(shown, 1, f"it has more than {LARGEST} bytes, and is not read")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CodeError(shown, 1, f"it cannot be read: {error}") from error


def _take(code: Code, path: Path, shown: str, text: str, found: list[tuple[str, Document]]) -> None:
    if not _is_ours(text):
        return
    code.is_any = True
    if path.suffix == ".json":
        plan = plans.instances(text, shown)
        if plan is not None:
            _map(code, Resources(rooted(plan, shown), is_told=True), ())
            return
    if _is_helm(path, text):
        why = "a template of Helm is not read: render it first, with `helm template`"
        code.remarks.append(Remark(Place(shown, 1), why, is_unread=True))
        return
    for one in documents(text, shown, templates.tagged):
        if templates.is_template(one.value):
            found.append((shown, one))
        else:
            _document(code, one, shown)


def _is_ours(text: str) -> bool:
    """A cheap look before YAML is parsed, for most files of a code base are something else."""
    return any(
        sign in text
        for sign in ("apiVersion", "AWSTemplateFormatVersion", "AWS::", '"format_version"')
    )


def _is_helm(path: Path, text: str) -> bool:
    is_chart = any((one / "Chart.yaml").is_file() for one in list(path.parents)[:4])
    return is_chart and "{{" in text


def _document(code: Code, one: Document, shown: str) -> None:
    value: Any = one.value
    if not manifests.is_manifest(value):
        return
    group = str(value["apiVersion"])
    if group.startswith("kustomize.config."):
        code.remarks.append(Remark(Place(shown, one.line), _RENDER, is_unread=True))
    else:
        for kind in manifests.unjudged(value):
            code.unmapped[kind] = code.unmapped.get(kind, 0) + 1
    read = manifests.read(one, shown)
    code.remarks += read.remarks
    fill(code.snapshot, _told_apart(read.components, code.snapshot), ())


def _told_apart(several: Iterable[Collected], snapshot: Snapshot) -> Iterator[Collected]:
    """Those that a file declares again by the same name are others: each of them is judged.

    What has a ``generateName`` is made anew each time, and the first of a name is as much in the
    file as the last.
    """
    for one in several:
        found, number = one.found, 1
        while snapshot.get(found.id) is not None:
            number += 1
            found = replace(one.found, name=f"{one.found.name}#{number}")
        yield replace(one, found=found)
