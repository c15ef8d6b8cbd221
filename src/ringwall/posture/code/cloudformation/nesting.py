"""Stacks within stacks: a template that another one names is given what that one passes to it."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ringwall.posture.code.cloudformation.intrinsic import Template
from ringwall.posture.code.documents import Document
from ringwall.posture.code.terraform.values import ExpressionError, first_unknown, text_of
from ringwall.posture.snapshot.partial import Unknown

STACK: Final = "AWS::CloudFormation::Stack"


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
        for path, one in templates.items():
            for url in _urls(one.value):
                target = self.target(path, url)
                if target and path not in self._callers.setdefault(target, []):
                    self._callers[target].append(path)

    def target(self, path: str, url: Any) -> str:
        """The template of this folder that an address names; ``""`` where it is elsewhere."""
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
        template = Template(self.templates[caller].value, given)
        for one in template.resources.values():
            properties = _properties(one)
            if properties is None or template.is_left_out(one):
                continue
            told = template.value(properties.get("Parameters") or {})
            passed = told.items() if isinstance(told, dict) else ()
            yield (
                self.target(caller, template.value(properties.get("TemplateURL"))),
                {key: _plain(value, caller) for key, value in passed},
            )


def _properties(resource: Any) -> dict[str, Any] | None:
    if not isinstance(resource, dict) or resource.get("Type") != STACK:
        return None
    found = resource.get("Properties")
    return found if isinstance(found, dict) else None


def _urls(value: Any) -> Iterator[Any]:
    template = Template(value)
    for one in template.resources.values():
        properties = _properties(one)
        if properties is not None:
            yield template.value(properties.get("TemplateURL"))


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
