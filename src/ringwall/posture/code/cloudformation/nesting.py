"""Stacks within stacks: a template that another one names is given what that one passes to it."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.posture.code.cloudformation.intrinsic import Template
from ringwall.posture.code.documents import Document
from ringwall.posture.code.terraform.values import ExpressionError, first_unknown, text_of
from ringwall.posture.snapshot.partial import Unknown

STACK: Final = "AWS::CloudFormation::Stack"
_ASSET: Final = "aws:asset:path"


class Stacks:
    """The templates of a folder, by their paths, and what each is given by the others.

    ``told`` are parameters that somebody gives to all: what a template passes counts more.
    """

    def __init__(
        self, templates: Mapping[str, Document], told: Mapping[str, str] | None = None
    ) -> None:
        self.templates, self.told = templates, dict(told or {})
        self._callers: dict[str, list[str]] = {}
        self._given: dict[str, dict[str, Any]] = {}
        self._made: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        self._exports: dict[str, list[tuple[str, Any]]] | None = None
        self._asked: set[str] = set()
        for path, one in templates.items():
            template = Template(one.value)
            for resource in template.resources.values():
                target = self.target(path, resource, template)
                if target and path not in self._callers.setdefault(target, []):
                    self._callers[target].append(path)

    def target(self, path: str, resource: Any, template: Template) -> str:
        """The template of this folder that a stack is made of; ``""`` where it is elsewhere.

        CDK puts it somewhere with a name of its own, and says beside it what it made that of.
        """
        properties = _properties(resource)
        if properties is None:
            return ""
        metadata = resource.get("Metadata")
        url = metadata.get(_ASSET) if isinstance(metadata, dict) else None
        if not isinstance(url, str):
            url = template.value(properties.get("TemplateURL"))
        if not isinstance(url, str) or "://" in url:
            return ""
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), url))
        return found if found in self.templates else ""

    def given(self, path: str) -> dict[str, Any]:
        """Parameters of a template, as all pass them that name it; unknown where they differ."""
        if path not in self._given:
            self._given[path] = self.told  # for one that is within itself
            self._given[path] = self._asked_for(path)
        return self._given[path]

    def _asked_for(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = dict(self.told)
        passed = [
            told
            for caller in self._callers.get(path, ())
            for target, told in self._stacks_of(caller)
            if target == path
        ]
        for name in {name for one in passed for name in one}:
            values = [one.get(name) for one in passed]
            found[name] = (
                values[0]
                if all(value == values[0] for value in values)
                else Unknown(f"several stacks are made of {path}, with another {name} each")
            )
        return found

    def template(self, path: str, value: dict[str, Any]) -> Template:
        """A template of this folder, with what the others give to it."""
        return Template(value, self.given(path), self.exported)

    def exported(self, name: str) -> Any:
        """What a template of this folder exports by a name; ``None`` where that is not known."""
        if self._exports is None:
            self._exports = {}
            for path, one in self.templates.items():
                template = Template(one.value, self.given(path))
                for said, value in _outputs(template, one.value):
                    self._exports.setdefault(said, []).append((path, value))
        several = self._exports.get(name, [])
        if len(several) != 1 or name in self._asked:
            return None
        ((path, value),) = several
        self._asked.add(name)
        try:
            found = self.template(path, self.templates[path].value).value(value)
        finally:
            self._asked.discard(name)
        return found if isinstance(found, str) else None

    def parameters(self, path: str) -> set[str]:
        """The parameters that a template declares."""
        return set(Template(self.templates[path].value).parameters)

    def _stacks_of(self, caller: str) -> list[tuple[str, dict[str, Any]]]:
        """The templates that one makes stacks of, each with what is passed to it."""
        given = self.given(caller)
        if caller not in self._made:
            self._made[caller] = list(self._makes(caller, given))
        return self._made[caller]

    def _makes(self, caller: str, given: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        template = Template(self.templates[caller].value, given, self.exported)
        for one in template.resources.values():
            properties = _properties(one)
            if properties is None or template.is_left_out(one):
                continue
            told = template.value(properties.get("Parameters") or {})
            passed = told.items() if isinstance(told, dict) else ()
            yield (
                self.target(caller, one, template),
                {key: _plain(value, caller) for key, value in passed},
            )


def _properties(resource: Any) -> dict[str, Any] | None:
    if not isinstance(resource, dict) or resource.get("Type") != STACK:
        return None
    found = resource.get("Properties")
    return found if isinstance(found, dict) else None


def _outputs(template: Template, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """By its name, what a template exports for others, as it is written."""
    outputs = value.get("Outputs")
    for one in outputs.values() if isinstance(outputs, dict) else ():
        export = one.get("Export") if isinstance(one, dict) else None
        name = template.value(export.get("Name")) if isinstance(export, dict) else None
        if not isinstance(name, str):
            continue
        holds: Any = template.holds(one["Condition"]) if "Condition" in one else True
        if isinstance(holds, Unknown):
            yield name, Unknown(f"whether {name} is exported is not known: {holds.why}")
        elif holds:
            yield name, one.get("Value")


def _plain(value: Any, caller: str) -> Any:
    """A value as a text; what refers to something of the other stack is not known here."""
    unknown = first_unknown(value)
    if unknown is not None:
        return Unknown(f"{caller} passes it: {unknown.why}")
    several = value if isinstance(value, list) else [value]
    try:
        return ",".join(str(text_of(one)) for one in several)
    except ExpressionError as error:
        return Unknown(f"{caller} passes it: {error}")
