"""A module as it would be applied: names are looked up when they are needed, each value once."""

import base64
import os.path
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.hcl.parsing import parse_template
from ringwall.posture.code.hcl.trees import Argument, Block, Body, Expression
from ringwall.posture.code.reading import CodeError, Remark
from ringwall.posture.code.terraform.bounds import bounded, weigh
from ringwall.posture.code.terraform.computed import (
    CLUSTER,
    OWN,
    PARTITION,
    PROVIDER,
    computed,
    identity,
)
from ringwall.posture.code.terraform.evaluating import (
    Inner,
    Scope,
    evaluate,
    index,
    is_trying,
    trying,
    whole,
)
from ringwall.posture.code.terraform.loading import Folder, Loader
from ringwall.posture.code.terraform.overriding import File
from ringwall.posture.code.terraform.policy_documents import document
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import (
    Existing,
    ExpressionError,
    Given,
    OfResource,
    SetOf,
    joined,
    pairs_of,
)
from ringwall.posture.snapshot.partial import OwnAccount, OwnRegion, Unknown

_META: Final = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "providers"})
_BLOCKS_LEFT_OUT: Final = frozenset({"lifecycle", "provisioner", "connection", "timeouts"})
"""Of a resource itself; within a block of it, they are arguments like others."""
_MOST: Final = 20_000
"""Instances of one resource; beyond that it is taken for a mistake."""
_WORKING: Final = object()


class Module:
    """One instance of a module: a scope, and the resources declared in it."""

    def __init__(
        self,
        loader: Loader,
        folder: Folder,
        *,
        root: Path,
        prefix: str = "",
        key: str = "",
        inputs: Mapping[str, Callable[[], Any]] | None = None,
        chain: tuple[Path, ...] = (),
        called: str = "",
        doubt: str = "",
        tags: Callable[[], dict[str, Any]] | None = None,
    ) -> None:
        self.loader, self.folder, self.base = loader, folder, root
        self.prefix, self.key = prefix, key
        self.inputs, self.called, self.doubt = inputs, called, doubt
        self.tags = tags or (dict if inputs is not None else self._tags)
        """What the provider of AWS gives to all that it makes."""
        self.chain = (*chain, folder.path)
        self.variables: dict[str, tuple[Block, str]] = {}
        self.locals: dict[str, tuple[Expression, Place]] = {}
        self.outputs: dict[str, tuple[Block, str]] = {}
        self.calls: dict[str, tuple[Block, str]] = {}
        self.declared: dict[tuple[str, str, str], Declared] = {}
        self.providers: list[tuple[Block, str]] = []
        self._values: dict[tuple[str, str], Any] = {}
        self._modules: dict[str, Any] = {}
        for file in folder.files:
            for block in file.body.blocks:
                self._declare(block, file)

    def _declare(self, block: Block, file: File) -> None:
        kind, labels, path = block.kind, block.labels, file.path
        place = Place(path, block.line, block.end)
        if kind in {"resource", "data"} and len(labels) == 2:
            key = (kind, labels[0], labels[1])
            name = f"{'data.' if kind == 'data' else ''}{labels[0]}.{labels[1]}"
            before = self.declared.get(key)
            if before is not None:
                self._twice(file, name, place, before.place)
            self.declared[key] = Declared(self, block, f"{self.prefix}{name}", place)
        elif kind == "locals":
            for one in block.body.arguments.values():
                self.locals[one.name] = (one.value, Place(path, one.line))
        elif kind == "provider" and len(labels) == 1:
            self.providers.append((block, path))
        elif kind in {"variable", "output", "module"} and len(labels) == 1:
            several = {"variable": self.variables, "output": self.outputs, "module": self.calls}
            known = several[kind].get(labels[0])
            if known is not None:
                where = Place(known[1], known[0].line, known[0].end)
                self._twice(file, f"{kind} {labels[0]}", place, where)
            several[kind][labels[0]] = (block, path)
        elif kind in {"resource", "data", "variable", "output", "module"}:
            self.remark(place, f"{kind} has {len(labels)} names, which is not what it needs", True)

    def _twice(self, file: File, name: str, place: Place, before: Place) -> None:
        """Say what is declared twice; OpenTofu's files take the place of Terraform's."""
        if not file.path.endswith((".tofu", ".tofu.json")):
            self.remark(place, f"{name} was declared before, in {before}", is_broken=True)

    def remark(
        self, place: Place, why: str, is_broken: bool = False, *, is_unread: bool = False
    ) -> None:
        """Say something of this code, once."""
        said = Remark(place, why, is_broken, is_unread=is_unread)
        if said not in self.loader.remarks:
            self.loader.remarks.append(said)

    def root_names(self) -> frozenset[str]:
        """The types of resources that are declared here."""
        return frozenset(one[1] for one in self.declared if one[0] == "resource")

    # as a scope

    def root(self, name: str, line: int) -> Any:
        """What a first name means: ``var``, ``local``, a type of resources."""
        del line
        known = _ROOTS.get(name)
        if known is not None:
            return known(self)
        if name == "self":
            return Unknown("self is known only once it is there")
        return Named(lambda inner: self.resource("resource", name, inner))

    def special(self, name: str, arguments: list[Any], line: int) -> Any:
        """Functions that read files, from within the folder alone."""
        del line
        unknown = next((one for one in arguments if isinstance(one, Unknown)), None)
        if unknown is not None:
            return Unknown(unknown.why)
        given = arguments[1] if len(arguments) > 1 else {}
        if name == "templatestring":
            return self._filled(str(arguments[0]), name, given)
        path = self.folder.path / str(arguments[0])
        if name in {"abspath", "pathexpand"}:
            return os.path.normpath(path) if name == "abspath" else arguments[0]
        if not self.loader.is_within(path):
            return Unknown(f"{arguments[0]} lies outside of the folder, and is not read")
        if name == "fileexists":
            return path.is_file()
        if name == "fileset":
            return self._fileset(path, str(arguments[1]))
        if name not in {"file", "filebase64", "templatefile"}:
            return Unknown(f"{name}({arguments[0]}) is not read")
        try:
            text = self.loader.text(path)
        except CodeError as error:
            return Unknown(str(error))
        if name == "filebase64":
            return base64.b64encode(text.encode()).decode()
        return text if name == "file" else self._filled(text, self.loader.name_of(path), given)

    def _filled(self, text: str, path: str, given: Any) -> Any:
        """A template with its variables filled in; ``path`` is where it stands."""
        try:
            node = parse_template(text, path)
        except CodeError as error:
            return Unknown(str(error))
        return evaluate(node, Inner(self, given if isinstance(given, dict) else {}))

    def _fileset(self, path: Path, pattern: str) -> Any:
        if ".." in pattern or pattern.startswith("/"):
            return Unknown(f"{pattern} lies outside of the folder, and is not read")
        try:
            found = [str(one.relative_to(path)) for one in path.glob(pattern) if one.is_file()]
            return SetOf(sorted(found))
        except (ValueError, NotImplementedError) as error:
            raise ExpressionError(f"{pattern} is no pattern: {error}") from error

    def evaluated(self, node: Expression, scope: Scope, place: Place, what: str) -> Any:
        """The value, or why there is none, which is said."""
        try:
            with bounded(), trying(is_on=False):
                value = evaluate(node, scope)
                weigh(value)
                return value
        except ExpressionError as error:
            self.remark(place, f"{what} has no value: {error}")
            return Unknown(f"{what} of {place} has no value: {error}")
        except RecursionError:
            self.remark(place, f"{what} depends on too much to be followed")
            return Unknown(f"{what} of {place} depends on too much to be followed")

    def once(self, kind: str, name: str, place: Place, make: Callable[[], Any]) -> Any:
        """A value that is made once; what is made of itself is not known, and said."""
        key = (kind, name)
        value = self._values.get(key, self)
        if value is _WORKING:
            why = f"{self.prefix}{kind}.{name} is made of itself"
            self.remark(place, why, is_broken=True)
            return Unknown(why)
        if value is self:
            self._values[key] = _WORKING
            value = self._values[key] = make()
        return value

    def variable(self, name: str) -> Any:
        """``var.name``."""
        declared = self.variables.get(name)
        if declared is None:
            raise ExpressionError(f"there is no variable {name}")
        block, path = declared
        place = Place(path, block.line, block.end)
        return self.once("var", name, place, lambda: self._variable(name, block, place))

    def _variable(self, name: str, block: Block, place: Place) -> Any:
        default = block.body.arguments.get("default")
        given: Any = None
        if self.inputs is not None and name in self.inputs:
            given = self.inputs[name]()
        elif self.inputs is None and name in self.folder.values:
            node, path = self.folder.values[name]
            given = self.evaluated(node, self, Place(path, 1), f"variable {name}")
        elif default is None:
            hidden = block.body.arguments.get("sensitive")
            is_hidden = hidden is not None and evaluate(hidden.value, self) is not False
            return Given(f"variable {name} of {place} is not set", is_hidden=is_hidden)
        nullable = block.body.arguments.get("nullable")
        is_nullable = nullable is None or evaluate(nullable.value, self) is not False
        if given is None and default is not None:
            is_given = name in (self.inputs if self.inputs is not None else self.folder.values)
            if not is_given or not is_nullable:
                given = self.evaluated(default.value, self, place, f"default of {name}")
        declared = block.body.arguments.get("type")
        return given if declared is None else _typed(given, declared.value)

    def local(self, name: str) -> Any:
        """``local.name``."""
        declared = self.locals.get(name)
        if declared is None:
            raise ExpressionError(f"there is no local {name}")
        node, place = declared
        return self.once(
            "local", name, place, lambda: self.evaluated(node, self, place, f"local.{name}")
        )

    def output(self, name: str) -> Any:
        """``module.it.name``, from outside."""
        declared = self.outputs.get(name)
        if declared is None:
            raise ExpressionError(f"module {self.prefix.rstrip('.')} has no output {name}")
        block, path = declared
        place = Place(path, block.line, block.end)
        value = block.body.arguments.get("value")
        if value is None:
            return Unknown(f"output {name} of {place} has no value")
        return self.once(
            "output",
            name,
            place,
            lambda: self.evaluated(value.value, self, place, f"output {name}"),
        )

    def resource(self, kind: str, type_: str, name: str) -> Any:
        """``type.name`` or ``data.type.name``."""
        found = self.declared.get((kind, type_, name))
        if found is None:
            raise ExpressionError(f"there is no {'data.' if kind == 'data' else ''}{type_}.{name}")
        return found

    def module(self, name: str) -> Any:
        """``module.name``."""
        if name not in self.calls:
            raise ExpressionError(f"there is no module {name}")
        if name not in self._modules:
            block, path = self.calls[name]
            from ringwall.posture.code.terraform.calling import called  # noqa: PLC0415 - of each other

            self._modules[name] = _WORKING
            self._modules[name] = called(self, name, block, path)
        found = self._modules[name]
        if found is _WORKING:
            return Unknown(f"{self.prefix}module.{name} is made of itself")
        return found

    def instances(self) -> Iterator[Instance]:
        """Every resource, those of called modules, too."""
        for (kind, _, _), one in self.declared.items():
            if kind == "resource":
                yield from one.instances()
        yield from self.configured()
        for name in self.calls:
            found = self.module(name)
            if hasattr(found, "modules"):
                for inner in found.modules():
                    yield from inner.instances()
            else:
                yield self._unread(name)

    def configured(self) -> Iterator[Instance]:
        """Each provider with what it is given, as if it were a resource of that type."""
        for block, path in self.providers:
            place = Place(path, block.line, block.end)
            values = _content(self, block.body, self, place)
            alias = values.get("alias")
            name = ".".join(
                ["provider", *block.labels, *([alias] if isinstance(alias, str) else [])]
            )
            yield Instance(
                "provider",
                f"{self.prefix}{name}",
                values,
                place,
                _lines(block),
                _elsewhere(block),
                self.called,
            )

    def _tags(self) -> dict[str, Any]:
        place = Place(self.loader.name_of(self.folder.path), 1)
        return self.once("provider", "tags", place, self._default_tags) or {}

    def _default_tags(self) -> dict[str, Any]:
        for one in self.configured():
            if one.address == "provider.aws":
                block = one.block("default_tags")
                tags = block.get("tags") if isinstance(block, dict) else None
                return tags if isinstance(tags, dict) else {}
        return {}

    def _unread(self, name: str) -> Instance:
        """A module that is not here, with what it is given."""
        block, path = self.calls[name]
        place = Place(path, block.line, block.end)
        given = {
            one.name: self.evaluated(
                one.value, self, Place(one.path or path, one.line), f"{one.name} of module {name}"
            )
            for one in block.body.arguments.values()
            if one.name not in _META and one.name not in {"source", "version"}
        }
        return Instance("module", f"{self.prefix}module.{name}", given, place, called=self.called)


class Named:
    """A name that gives values for further names."""

    def __init__(self, look: Callable[[str], Any]) -> None:
        self.attribute = look
        self.index = look

    def whole(self) -> Any:
        """There is no value of all."""
        raise ExpressionError("a name has to follow")


def _data(module: Module) -> Any:
    return Named(lambda type_: Named(lambda name: module.resource("data", type_, name)))


def _path(module: Module) -> Any:
    here = str(module.folder.path)
    return {"module": here, "root": str(module.base), "cwd": str(module.base)}


_ROOTS: Final[dict[str, Callable[[Module], Any]]] = {
    "var": lambda module: Named(module.variable),
    "local": lambda module: Named(module.local),
    "module": lambda module: Named(module.module),
    "data": _data,
    "path": _path,
    "terraform": lambda module: {"workspace": module.loader.workspace(module.base)},
    "ephemeral": lambda _: Unknown("what is ephemeral is known only when Terraform runs"),
    "count": lambda _: Unknown("count.index is known only where count is"),
    "each": lambda _: Unknown("each is known only where for_each is"),
}


class Declared:
    """A resource or data source as it is declared, with the instances it comes to."""

    def __init__(self, module: Module, block: Block, address: str, place: Place) -> None:
        self.module, self.block, self.address, self.place = module, block, address, place
        self._made: Any = None
        self._doubt = ""

    def _all(self) -> Any:
        """One instance, a list of them by ``count``, or a mapping by ``for_each``."""
        if self._made is None:
            self._made = _WORKING
            keys = repeated(self.module, self.block, self.place, self.address)
            if keys is None:
                self._doubt = doubted(self.block, self.address)
                self._made = self._one("", {})
            elif isinstance(keys, int):
                self._made = [self._one(f"[{at}]", {"count": {"index": at}}) for at in range(keys)]
            else:
                self._made = {
                    key: self._one(f'["{key}"]', {"each": each}) for key, each in keys.items()
                }
        if self._made is _WORKING:
            why = f"{self.address} is made of itself"
            self.module.remark(self.place, why, is_broken=True)
            return Unknown(why)
        return self._made

    def _one(self, suffix: str, names: dict[str, Any]) -> "One":
        return One(self, f"{self.address}{suffix}", names)

    def attribute(self, name: str) -> Any:
        """``type.name.attribute``."""
        made = self._all()
        if self._doubt and is_trying():
            return Unknown(self._doubt)
        if isinstance(made, One):
            return made.attribute(name)
        if isinstance(made, Unknown):
            return made
        if isinstance(made, dict) and name in made:
            return made[name]
        if isinstance(made, list) and made:  # as in old code, and where count is not known
            return made[0].attribute(name)
        raise ExpressionError(f"{self.address} has several instances: one has to be named")

    def index(self, key: Any) -> Any:
        """``type.name[key]``."""
        made = self._all()
        if self._doubt and is_trying():
            return Unknown(self._doubt)
        if isinstance(made, One):
            return made
        return index(made, key)

    def elements(self) -> Any:
        """``type.name[*]``; unknown where it is not known how many there are."""
        made = self._all()
        if self._doubt:
            return Unknown(self._doubt)
        return (
            list(made.values())
            if isinstance(made, dict)
            else made
            if isinstance(made, list)
            else [made]
        )

    def whole(self) -> Any:
        """All as a value."""
        made = self._all()
        if self._doubt:
            return Unknown(self._doubt)
        if isinstance(made, list):
            return [one.whole() for one in made]
        if isinstance(made, dict):
            return {key: one.whole() for key, one in made.items()}
        return whole(made)

    def instances(self) -> Iterator[Instance]:
        """All of them."""
        made = self._all()
        several = (
            made.values() if isinstance(made, dict) else made if isinstance(made, list) else [made]
        )
        for one in several:
            if isinstance(one, One):
                yield Instance(
                    self.block.labels[0],
                    one.address,
                    self._tagged(one.values()),
                    self.place,
                    _lines(self.block),
                    _elsewhere(self.block),
                    self.module.called,
                    doubt=self._doubt or self.module.doubt,
                )

    def _tagged(self, values: dict[str, Any]) -> dict[str, Any]:
        """With the tags that its provider gives, where it does not name another one."""
        own = values.get("tags") or {}
        is_usual = self.block.labels[0].startswith("aws_") and (
            "provider" not in self.block.body.arguments
        )
        if not is_usual or not isinstance(own, dict) or not (given := self.module.tags()):
            return values
        return {**values, "tags": {**given, **own}}


def _lines(block: Block) -> dict[str, int]:
    return {name: one.line for name, one in _parts(block) if not one.path}


def _elsewhere(block: Block) -> dict[str, Place]:
    """Where stands what files that override it say."""
    return {name: Place(one.path, one.line) for name, one in _parts(block) if one.path}


def _parts(block: Block) -> Iterator[tuple[str, Argument | Block]]:
    """Arguments and blocks by name, of several the first."""
    found: dict[str, Argument | Block] = dict(block.body.arguments)
    for one in block.body.blocks:
        name = one.labels[0] if one.kind == "dynamic" and one.labels else one.kind
        found.setdefault(name, one)
    yield from found.items()


class One:
    """One instance, whose arguments have values once they are asked for."""

    def __init__(self, declared: Declared, address: str, names: dict[str, Any]) -> None:
        self.declared, self.address = declared, address
        module = declared.module
        self.scope: Scope = Inner(module, names) if names else module
        self._values: dict[str, Any] = {}
        self._is_whole = False

    @property
    def type(self) -> str:
        """The type of the resource."""
        return self.declared.block.labels[0]

    def _value(self, name: str) -> Any:
        found = self._values.get(name, self)
        if found is _WORKING:
            why = f"{self.address}.{name} is made of itself"
            self.declared.module.remark(self.declared.place, why, is_broken=True)
            return Unknown(why)
        if found is not self:
            return found
        body, place = self.declared.block.body, self.declared.place
        argument = body.arguments.get(name)
        self._values[name] = _WORKING
        if argument is not None:
            at = Place(argument.path or place.path, argument.line)
            what = f"{self.address}.{name}"
            made = self.declared.module.evaluated(argument.value, self.scope, at, what)
        else:
            made = blocks_of(self.declared.module, body, self.scope, place, name)
        if made is None and argument is None:
            del self._values[name]
            return self
        self._values[name] = made
        return made

    def values(self) -> dict[str, Any]:
        """All that is written."""
        if not self._is_whole:
            body = self.declared.block.body
            for name in body.arguments:
                if name not in _META:
                    self._value(name)
            for name in kinds_of(body, _BLOCKS_LEFT_OUT):
                self._value(name)
            self._is_whole = True
        return {key: one for key, one in self._values.items() if key not in _META}

    def attribute(self, name: str) -> Any:
        """What is written, or is known from it, or would be known later."""
        found = self._value(name)
        if found is not self and found is not None:
            return found
        if self.declared.block.kind == "data":
            if self.type == "aws_iam_policy_document" and name in {"json", "minified_json"}:
                return document(self.values())
            why = f"{self.address}.{name} is read only when Terraform runs"
            # with a provider of its own it may be another account's
            own = "provider" not in self.declared.block.body.arguments
            if (self.type, name) == ("aws_caller_identity", "account_id"):
                return OwnAccount(why) if own else Unknown(why)
            if self.type == "aws_region" and name in {"name", "region", "id"} and own:
                return OwnRegion(why)
            if self.type == "aws_partition" and own and name in PARTITION:
                return PARTITION[name]
            if (self.type, name) == ("aws_iam_policy", "arn") and self._value("name") in OWN:
                return f"arn:aws:iam::aws:policy/{self._values['name']}"
            if (self.type, name) == (CLUSTER, "identity") and own:
                return identity(self.address)
            if (self.type, name) == (PROVIDER, "arn") and own:
                url = self._value("url")
                if isinstance(url, str):
                    provider = f":oidc-provider/{url.removeprefix('https://')}"
                    return joined(["arn:aws:iam::", OwnAccount(why), provider])
            return Existing(why, self.address, self.type, name) if own else Unknown(why)
        for one in ("bucket", "name", "function_name", "key_name"):
            if one in self.declared.block.body.arguments:
                self._value(one)
        return computed(self.type, self.address, name, self._values)

    def index(self, key: Any) -> Any:
        """As old code asks for the only one."""
        return self if key == 0 else self.attribute(str(key))

    def whole(self) -> Any:
        """All that is written, as an object."""
        named = {"id": self.attribute("id"), "arn": self.attribute("arn")}
        return OfResource(named | self.values(), self.attribute)


def kinds_of(body: Body, left_out: frozenset[str] = frozenset()) -> dict[str, None]:
    """Kinds of blocks, those made dynamically, too, in their order."""
    return {
        (one.labels[0] if one.kind == "dynamic" and one.labels else one.kind): None
        for one in body.blocks
        if one.kind not in left_out
    }


def blocks_of(module: Module, body: Body, scope: Scope, place: Place, kind: str) -> Any:
    """The blocks of a kind as a list; ``None`` where there is none, unknown where that is not."""
    found: list[Any] = []
    is_there = False
    for one in body.blocks:
        at = Place(one.path, one.line) if one.path else place
        if one.kind == kind:
            is_there = True
            found.append(_content(module, one.body, scope, at))
        elif one.kind == "dynamic" and one.labels == [kind]:
            is_there = True
            made = _dynamic(module, one, scope, at)
            if isinstance(made, Unknown):
                return made
            found += made
    return found if is_there else None


def _content(module: Module, body: Body, scope: Scope, place: Place) -> dict[str, Any]:
    made = {
        one.name: module.evaluated(
            one.value, scope, Place(one.path or place.path, one.line), one.name
        )
        for one in body.arguments.values()
    }
    for kind in kinds_of(body):
        made[kind] = blocks_of(module, body, scope, place, kind)
    return made


def _dynamic(module: Module, block: Block, scope: Scope, place: Place) -> Any:
    kind = block.labels[0]
    arguments = block.body.arguments
    content = next((one for one in block.body.blocks if one.kind == "content"), None)
    if "for_each" not in arguments or content is None:
        at = Place(place.path, block.line)
        module.remark(at, f"dynamic {kind} needs for_each and content", is_broken=True)
        return Unknown(f"dynamic {kind} of {at} is not complete")
    iterator = arguments.get("iterator")
    name = getattr(iterator.value, "name", kind) if iterator is not None else kind
    over = module.evaluated(
        arguments["for_each"].value, scope, Place(place.path, block.line), "for_each"
    )
    if isinstance(over, Unknown):
        return over
    return [
        _content(
            module,
            content.body,
            Inner(scope, {name: {"key": key, "value": value}}),
            Place(place.path, block.line),
        )
        for key, value in pairs_of(over) or ()
    ]


def repeated(module: Module, block: Block, place: Place, address: str) -> Any:
    """``None`` for one, a number by ``count``, by ``for_each`` a mapping to what ``each`` is.

    Where that is not known it is taken for one, and said.
    """
    for name in ("count", "for_each"):
        argument = block.body.arguments.get(name)
        if argument is None:
            continue
        at = Place(place.path, argument.line)
        value = module.evaluated(argument.value, module, at, f"{address}.{name}")
        if isinstance(value, Unknown):
            module.remark(at, f"how many {address} there are is not known: {value.why}")
            return None
        if name == "count":
            return _counted(module, value, at, address)
        return _each(module, value, at, address)
    return None


def doubted(block: Block, address: str) -> str:
    """Why it may not be there, of what is taken for one though it says how many there are."""
    is_counted = not {"count", "for_each"}.isdisjoint(block.body.arguments)
    return f"whether {address} is there is not known" if is_counted else ""


def _counted(module: Module, value: Any, at: Place, address: str) -> Any:
    try:
        count = int(value)
    except (TypeError, ValueError):
        count = -1
    if 0 <= count <= _MOST:
        return count
    module.remark(at, f"count of {address} is {value!r}, which cannot be", is_broken=True)
    return None


def _each(module: Module, value: Any, at: Place, address: str) -> Any:
    if isinstance(value, list):
        if any(isinstance(one, Unknown) for one in value):
            module.remark(at, f"which {address} there are is not known whole")
        several = [
            (f"?{n}" if isinstance(one, Unknown) else str(one), one) for n, one in enumerate(value)
        ]
        if len(several) <= _MOST:
            return {key: {"key": one, "value": one} for key, one in several}
    if isinstance(value, dict) and len(value) <= _MOST:
        return {key: {"key": key, "value": one} for key, one in value.items()}
    module.remark(at, f"for_each of {address} is neither a set nor an object", is_broken=True)
    return None


def _typed(value: Any, type_: Expression) -> Any:
    """The value as its type has it."""
    from ringwall.posture.code.terraform.types import converted  # noqa: PLC0415 - of each other

    return converted(value, type_)
