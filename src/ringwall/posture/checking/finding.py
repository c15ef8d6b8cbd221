"""Find the checks: every module below ``posture/checks``, and every file in a folder of the user's.

A check's id is its file's name with dashes.
"""

import ast
import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

import ringwall.posture.checks
from ringwall.posture.checking.cases import Case
from ringwall.posture.checking.check import Check, Judgment
from ringwall.posture.checking.index import ROOT, Behind, CasesBehind, Entry, entries
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.checking.referring import references_of
from ringwall.posture.checking.sql import SqlCheck, read_sql
from ringwall.runtime.collecting import collected_later

Judge = Callable[[Subject, World], Judgment | None]
_SECTION: Final = re.compile(r"^(Why|Fix):\s+", re.MULTILINE)
_CLOUDS: Final = "aws-"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCheck:
    """A check as it was found; ``about``, ``why`` and ``fix`` are parts of its docstring."""

    id: str
    title: str
    about: str
    why: str
    fix: str
    path: Path
    check: Check
    judge: Judge
    cases: Sequence[Case]

    @property
    def references(self) -> tuple[str, ...]:
        """Where to read more: its own, and pages of what others call the same."""
        return references_of(self.id, self.check)


def own_checks(ids: Iterable[str] | None = None) -> list[KnownCheck]:
    """Those that come with Ringwall, by id; with ``ids`` only these, or that begin with them.

    A check's file is imported when the check first judges, where the index tells the rest of it.
    """
    known = entries()
    if known is None:
        return imported_checks(ids)
    wanted = None if ids is None else list(ids)
    found = [_indexed(one) for one in known]
    return sorted(
        (one for one in found if wanted is None or any(_is_chosen(one.id, id_) for id_ in wanted)),
        key=lambda one: one.id,
    )


def imported_checks(ids: Iterable[str] | None = None) -> list[KnownCheck]:
    """The same, each from its file itself."""
    paths: Iterable[Path] = ROOT.rglob("[a-z]*_*.py")
    if ids is not None:
        wanted = list(ids)
        paths = [one for one in paths if any(_is_chosen(_id(one), name) for name in wanted)]
    with collected_later():
        return sorted(map(_own, paths), key=lambda one: one.id)


def entry_of(one: KnownCheck) -> Entry:
    """What the index is to have of a check of Ringwall's own."""
    return Entry(
        file=one.path.relative_to(ROOT).as_posix(),
        size=one.path.stat().st_size,
        title=one.title,
        about=one.about,
        why=one.why,
        fix=one.fix,
        check=one.check,
    )


def _indexed(entry: Entry) -> KnownCheck:
    behind, path = Behind(entry.file), ROOT / entry.file
    return KnownCheck(
        id=_id(path),
        title=entry.title,
        about=entry.about,
        why=entry.why,
        fix=entry.fix,
        path=path,
        check=entry.check,
        judge=behind.judge,
        cases=CasesBehind(behind),
    )


def cloud_checks() -> list[KnownCheck]:
    """Those of Ringwall's own that judge what an account has: what its pages show."""
    return [one for one in own_checks() if one.check.judges.startswith(_CLOUDS)]


def checks_in(folder: Path) -> list[KnownCheck]:
    """Those in a folder of the user's; ``ValueError`` names the file that is none."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder of checks")
    paths = [path for path in sorted(folder.rglob("[a-z]*.py")) if _is_check(path)]
    found = [_of(_loaded(path), path) for path in paths]
    found += [_of_sql(read_sql(path)) for path in sorted(folder.rglob("[a-z]*.sql"))]
    if not found:
        raise ValueError(f"there is no check in {folder}: a file has CHECK, judge and CASES")
    return found


def _is_check(path: Path) -> bool:
    """Whether a file has anything that makes one, or is named so; what others import is none."""
    if "_" in path.stem:
        return True
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        place = getattr(error, "lineno", None)
        raise ValueError(f"{path}{f':{place}' if place else ''}: {error}") from error
    return any(_makes_a_check(one) for one in tree.body)


def _makes_a_check(one: ast.stmt) -> bool:
    """Whether a statement defines a part of a check, or makes a ``Check`` by whatever name."""
    if isinstance(one, ast.FunctionDef):
        return one.name == "judge"
    if not isinstance(one, ast.Assign | ast.AnnAssign):
        return False
    names = one.targets if isinstance(one, ast.Assign) else [one.target]
    is_part = any(isinstance(it, ast.Name) and it.id in {"CHECK", "CASES"} for it in names)
    made = one.value.func if isinstance(one.value, ast.Call) else None
    called = made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
    return is_part or called == "Check"


def _own(path: Path) -> KnownCheck:
    inner = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return _of(importlib.import_module(f"{ringwall.posture.checks.__name__}.{inner}"), path)


def _loaded(path: Path) -> ModuleType:
    name = f"ringwall_custom_checks.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        place = getattr(error, "lineno", None)
        raise ValueError(f"{path}{f':{place}' if place else ''}: {error}") from error
    return module


def _of(module: ModuleType, path: Path) -> KnownCheck:
    missing = [name for name in ("CHECK", "judge", "CASES") if not hasattr(module, name)]
    if missing:
        raise ValueError(f"{path} has no {' and no '.join(missing)}: see `ringwall posture checks`")
    page = module.__doc__ or ""
    return _known(page, path, module.CHECK, module.judge, module.CASES)


def _of_sql(one: SqlCheck) -> KnownCheck:
    return _known(one.page, one.path, one.check, one.judge, one.cases)


def _known(page: str, path: Path, check: Check, judge: Judge, cases: Iterable[Case]) -> KnownCheck:
    title, _, rest = page.strip().partition("\n")
    parts = _SECTION.split(rest)
    told = {name: _one_line(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    if not title or not told.get("Why") or not told.get("Fix"):
        raise ValueError(f"{path}: it needs a title, a `Why:` and a `Fix:` at its beginning")
    return KnownCheck(
        id=_id(path),
        title=title.rstrip("."),
        about=_one_line(parts[0]),
        why=told["Why"],
        fix=told["Fix"],
        path=path,
        check=check,
        judge=judge,
        cases=tuple(cases),
    )


def _id(path: Path) -> str:
    return path.stem.replace("_", "-")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def chosen(checks: Iterable[KnownCheck], ids: Iterable[str]) -> list[KnownCheck]:
    """Those with these ids, or that begin with them; ``ValueError`` where an id is of none."""
    found = list(checks)
    wanted = list(ids)
    for one in wanted:
        if not any(_is_chosen(check.id, one) for check in found):
            raise ValueError(f"there is no check {one}: `ringwall posture checks` lists them")
    return [check for check in found if any(_is_chosen(check.id, one) for one in wanted)]


def _is_chosen(check: str, wanted: str) -> bool:
    return check == wanted or check.startswith(f"{wanted}-")
