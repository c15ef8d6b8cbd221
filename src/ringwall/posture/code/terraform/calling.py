"""Modules that are called: found here, or not."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ringwall.core.observations import Place
from ringwall.posture.code.hcl.trees import Block, Literal
from ringwall.posture.code.terraform.computed import outputs
from ringwall.posture.code.terraform.evaluating import Inner, Scope, index, is_trying
from ringwall.posture.code.terraform.running import _META, Module, doubted, repeated
from ringwall.posture.code.terraform.values import ExpressionError, Unread
from ringwall.posture.snapshot.partial import Unknown


class Called:
    """``module.name``: one module, a list of them, or a mapping."""

    def __init__(self, made: Any, doubt: str = "") -> None:
        self.made, self.doubt = made, doubt

    def attribute(self, name: str) -> Any:
        """An output."""
        if self.doubt and is_trying():
            return Unknown(self.doubt)
        if isinstance(self.made, Module):
            return self.made.output(name)
        if isinstance(self.made, dict) and name in self.made:
            return Called(self.made[name])
        raise ExpressionError("the module has several instances: one has to be named")

    def index(self, key: Any) -> Any:
        """One of several."""
        if self.doubt and is_trying():
            return Unknown(self.doubt)
        if isinstance(self.made, Module):
            return self if key == 0 else self.attribute(str(key))
        found = index(self.made, key)
        return found if isinstance(found, Unknown) else Called(found)

    def elements(self) -> Any:
        """All of several."""
        if self.doubt:
            return Unknown(self.doubt)
        return [Called(one) for one in self.modules()]

    def modules(self) -> Iterator[Module]:
        """The instances."""
        made = self.made
        yield from (
            made.values() if isinstance(made, dict) else made if isinstance(made, list) else [made]
        )

    def whole(self) -> Any:
        """All outputs."""
        if self.doubt:
            return Unknown(self.doubt)
        if isinstance(self.made, Module):
            return {name: self.made.output(name) for name in self.made.outputs}
        if isinstance(self.made, dict):
            return {key: Called(one).whole() for key, one in self.made.items()}
        return [Called(one).whole() for one in self.made]


def called(caller: Module, name: str, block: Block, path: str) -> Any:
    """The module that is called, or why nothing is known of it."""
    place = Place(path, block.line, block.end)
    folder = _folder(caller, name, block, place)
    if isinstance(folder, Unknown):
        return folder
    keys = repeated(caller, block, place, f"{caller.prefix}module.{name}")
    if keys is None:
        doubt = doubted(block, f"{caller.prefix}module.{name}")
        return Called(_one(caller, name, block, path, folder, "", {}), doubt)
    if isinstance(keys, int):
        several = [
            _one(caller, name, block, path, folder, f"[{at}]", {"count": {"index": at}})
            for at in range(keys)
        ]
        return Called(several)
    return Called(
        {
            key: _one(
                caller, name, block, path, folder, f'["{key}"]',
                {"each": each},
            )
            for key, each in keys.items()
        }
    )  # fmt: skip


def _one(  # noqa: PLR0917 - each is what makes one instance
    caller: Module,
    name: str,
    block: Block,
    path: str,
    folder: Path,
    suffix: str,
    names: dict[str, Any],
) -> Module:
    scope: Scope = Inner(caller, names) if names else caller

    def given(argument: Any) -> Callable[[], Any]:
        at = Place(argument.path or path, argument.line)
        what = f"{argument.name} of module {name}"
        return lambda: caller.evaluated(argument.value, scope, at, what)

    inputs = {
        one.name: given(one)
        for one in block.body.arguments.values()
        if one.name not in _META and one.name not in {"source", "version"}
    }
    return Module(
        caller.loader,
        caller.loader.folder(folder),
        root=caller.base,
        prefix=f"{caller.prefix}module.{name}{suffix}.",
        key=f"{caller.key}.{name}" if caller.key else name,
        inputs=inputs,
        chain=caller.chain,
        called=caller.called or path,
        tags=None if "providers" in block.body.arguments else caller.tags,
        doubt=caller.doubt or ("" if names else doubted(block, f"{caller.prefix}module.{name}")),
    )


def _folder(caller: Module, name: str, block: Block, place: Place) -> Path | Unknown:
    source = block.body.arguments.get("source")
    text = source.value.value if source is not None and isinstance(source.value, Literal) else None
    if not isinstance(text, str):
        return _said(caller, place, f"module {name} does not say its source as a plain text")
    if text.startswith(("./", "../")) or text in {".", ".."}:
        found = (caller.folder.path / text).resolve()
    else:
        key = f"{caller.key}.{name}" if caller.key else name
        installed = caller.loader.installed(caller.base).get(key)
        if installed is None:
            untold = _said(
                caller, place, f"module {name} comes from {text}, which is not here: "
                "what it makes is not judged until `terraform init` has fetched it"
            )  # fmt: skip
            return Unread(untold.why, outputs(text, f"{caller.prefix}module.{name}"))
        found = installed.resolve()
    if not caller.loader.is_within(found):
        return _said(caller, place, f"module {name} lies outside of the folder: {text}")
    if not found.is_dir():
        return _said(caller, place, f"module {name} is not there: {text}", is_broken=True)
    if found in caller.chain:
        return _said(caller, place, f"module {name} calls itself: {text}", is_broken=True)
    return found


def _said(caller: Module, place: Place, why: str, *, is_broken: bool = False) -> Unknown:
    caller.remark(place, why, is_broken, is_unread=not is_broken)
    return Unknown(why)
