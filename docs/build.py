"""Write the reference pages from what the code says of itself: ``python -m docs.build``.

``docs/cli.md`` comes from the command line, ``docs/configuration.md`` from the models'
docstrings, types and defaults, ``docs/exit-codes.md`` from the exit codes,
``docs/ringwall-itself.md`` from the built-in policies, ``docs/checks.md`` from the checks, and so
the index that stands beside these.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from docs import checks_page, itself
from typer.main import get_command

from ringwall.cli.main import PROGRAM, build
from ringwall.posture.checking.finding import entry_of, imported_checks
from ringwall.posture.checking.index import INDEX, line_of
from ringwall.runtime.configuration.describing import (
    Schema,
    alternatives,
    describe,
    is_optional,
    resolved,
    tags,
)
from ringwall.runtime.configuration.quantities import FORM
from ringwall.runtime.configuration.schema import of_model
from ringwall.runtime.configuration.sections import Section, Shape
from ringwall.runtime.current import all_sections
from ringwall.runtime.refusals import ExitCode

FOLDER: Final = Path(__file__).parent
_WRITTEN: Final = "<!-- Written by `make docs`; change the code instead. -->"


@cache
def pages() -> dict[str, str]:
    """Every generated page by its file name. Pure."""
    return {
        "checks.md": _page(_checks()),
        "cli.md": _page(_cli()),
        "configuration.md": _page(_configuration()),
        "exit-codes.md": _page(_exit_codes()),
        "ringwall-itself.md": _page(_itself()),
    }


def main() -> None:
    """Write the pages that differ, and say which."""
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(Path.cwd())}\n")
    text = index_of_checks()
    if not INDEX.exists() or INDEX.read_text(encoding="utf-8") != text:
        INDEX.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {INDEX.name} of the checks\n")


def index_of_checks() -> str:
    """What the index of checks is to be; see :mod:`ringwall.posture.checking.index`."""
    return "".join(f"{line_of(entry_of(one))}\n" for one in imported_checks())


def _page(lines: Iterator[str]) -> str:
    text = "\n".join(lines).strip("\n") + "\n"
    return re.sub(r"\n{3,}", "\n\n", text)


# Checks


def _checks() -> Iterator[str]:
    yield from ("# Checks", "", _WRITTEN, "", *checks_page.lines())


# Ringwall itself


def _itself() -> Iterator[str]:
    yield from ("# Who may do what in Ringwall itself", "", _WRITTEN, "")
    yield from _POLICIES_OF_ITSELF.strip().splitlines()
    yield from ("", "## Actions and roles", "", *itself.lines())


_POLICIES_OF_ITSELF: Final = """
What [policies of Ringwall's own](../src/ringwall/access/ringwall.cedar) say, asked one by one;
[access.md](access.md#ringwall-itself) tells how they are asked. *Own* is what belongs to whoever
asks, *customers'* an organisation that is not the company's own; an `administrator` is one of a
customer's organisation, and only that one is theirs. What hands out roles says here whether
somebody does it at all: which roles they may hand out is told by the policies below.
"""


# The command line


def _cli() -> Iterator[str]:
    root = get_command(build())
    context = root.make_context(PROGRAM, [], resilient_parsing=True)
    yield from ("# The command line", "", _WRITTEN, "")
    yield from _INTRODUCTION.strip().splitlines()
    yield from ("", "## Options before the command", "", *_options(root, context), "")
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        if command.hidden:
            continue
        yield from _with_those_in_it(command, (PROGRAM, name))


def _with_those_in_it(command: Any, words: tuple[str, ...]) -> Iterator[str]:
    """A command; of a group, each that is in it too."""
    yield from _command(command, words)
    for name, one in getattr(command, "commands", {}).items():
        yield from _with_those_in_it(one, (*words, name))


def _command(command: Any, words: tuple[str, ...]) -> Iterator[str]:
    context = command.make_context(words[-1], [], resilient_parsing=True)
    yield from ("", f"## {' '.join(words)}", "", *_paragraphs(command.help or ""))
    if hasattr(command, "commands"):
        return
    pieces = [piece.strip("{}") for piece in command.collect_usage_pieces(context)]
    usage = " ".join([*words, *pieces])
    yield from ("", "```", usage, "```", "")
    for one in command.params:
        if one.param_type_name == "argument":
            yield f"- `{one.metavar or one.name.upper()}`: {one.help}{_choices(one)}"
    yield from _options(command, context)


def _options(command: Any, context: Any) -> Iterator[str]:
    for one in command.get_params(context):
        if one.param_type_name != "option" or one.hidden or "--help" in one.opts:
            continue
        names = ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))
        value = "" if one.is_flag else f" `{_value(one, context)}`"
        more = ""
        if not one.is_flag and one.default not in {None, ""}:
            more += f" Default: `{one.default}`."
        if one.is_flag and one.secondary_opts:
            more += f" Default: `{(one.opts if one.default else one.secondary_opts)[0]}`."
        if one.envvar:
            more += f" Environment: `{one.envvar}`."
        yield f"- {names}{value}: {one.help}{_choices(one)}{more}"


def _value(one: Any, context: Any) -> str:
    return str(one.metavar or one.display_type(context).strip("<>").upper().replace("|", ", "))


def _choices(one: Any) -> str:
    found = one.type_descriptor.choices
    return f" One of {', '.join(f'`{value}`' for value in found)}." if found else ""


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        yield from ([""] if number else [])
        yield " ".join(paragraph.split())


_INTRODUCTION: Final = """
`ringwall` alone tells where one stands and what the next step is; `--help` works everywhere.

Data goes to standard output, errors and warnings to standard error; the [exit code](exit-codes.md)
says what came of it. On a terminal tables keep to its width: what there is no room for is shortened
or left out, and said to be. Elsewhere nothing is shortened. Colours follow
[NO_COLOR](https://no-color.org).

## JSON

Every command that prints data takes `--json` and then prints one JSON value. `check`, `reload` and
`rollback` answer a refusal there too, as `{"valid": false, "problems": [...]}` and
`{"refused": {"reason": ..., "problems": [...]}}`. Any other error is one object on standard error,
and nothing is on standard output:

```json
{
  "error": {
    "code": 4,
    "kind": "not-running",
    "message": "Ringwall does not run for /etc/ringwall/ringwall.yaml",
    "hint": "`ringwall up` starts it"
  }
}
```

`code` and `kind` are those of the [exit codes](exit-codes.md); `hint` may be null. When the
configuration is refused there is a list of `problems`, each with `severity`, `message`, `file`,
`line`, `column`, `path` (keys and positions from the root), `value`, `allowed` and `nearest`; any
but the first two may be null.

## Completion

`ringwall completion bash`, `zsh` or `fish` prints a script that completes commands, options, hosts,
services and versions.
"""


# The configuration


def _configuration() -> Iterator[str]:
    yield from ("# The configuration", "", _WRITTEN, "")
    yield from _FILES.strip().splitlines()
    for section in all_sections():
        schema = of_model(section.model)
        yield from ("", f"## {section.key}", "", _shape(section), "", *_model(schema))
        yield from _fields(schema, schema.get("$defs", {}), 3, section.key)


def _shape(section: Section) -> str:
    match section.shape:
        case Shape.MAP:
            return f"Names, each with what follows: `{section.key}: {{<name>: {{...}}}}`."
        case Shape.LIST:
            return f"A list, each item with what follows: `{section.key}: [{{...}}]`."
    return f"One set of keys: `{section.key}: {{...}}`."


def _model(schema: Schema) -> Iterator[str]:
    text = str(schema.get("description", "")).replace("``", "`")
    for number, paragraph in enumerate(text.split("\n\n")):
        yield from ([""] if number else [])
        yield " ".join(paragraph.split())
    yield ""


def _fields(schema: Schema, parts: Schema, depth: int, path: str) -> Iterator[str]:
    """A table of the keys, then the same for every key that has keys of its own."""
    required = schema.get("required", ())
    below: list[tuple[str, str, Schema]] = []
    yield from ("| key | what for | what stands there | default |", "|---|---|---|---|")
    for key, field in schema.get("properties", {}).items():
        told = "required" if key in required else _default(field)
        meaning, words = _cell(str(field.get("description", ""))), _cell(_words(field, parts))
        yield f"| `{key}` | {meaning} | {words} | {_cell(told)} |"
        below += _nested(f"{path}.{key}", field, parts)
    yield ""
    for name, note, inner in below:
        yield from (f"{'#' * depth} `{name}`", "", *([note, ""] if note else []))
        yield from _model(inner)
        yield from _fields(inner, parts, depth, name)


def _nested(path: str, field: Schema, parts: Schema) -> Iterator[tuple[str, str, Schema]]:
    """The sets of keys that may stand in a field, each with where it stands."""
    found = resolved(field, parts)
    if told := tags(found):
        for tag, member in told[1].items():
            yield (path, f"With `{told[0]}: {tag}`:", resolved(member, parts))
        return
    for one in alternatives(found, parts):
        if one.get("properties"):
            yield (path, "", one)
        elif isinstance(values := one.get("additionalProperties"), Mapping):
            yield from _nested(f"{path}.<name>", values, parts)
        elif isinstance(items := one.get("items"), Mapping):
            yield from _nested(f"{path}[]", items, parts)


def _words(field: Schema, parts: Schema) -> str:
    """What may stand there, keys of its own being told below."""
    found = resolved(field, parts)
    optional = ", or null" if is_optional(field) else ""
    if tags(found) or found.get("properties"):
        return f"keys and values, see below{optional}"
    inner = found.get("additionalProperties")
    if isinstance(inner, Mapping):
        name = describe(found.get("propertyNames", {"type": "string"}), parts)
        value = _words(inner, parts)
        return f"names and values; each name is {name}, each value {value}{optional}"
    if FORM in found:  # the introduction tells how times and sizes are written
        return f"{found[FORM].partition(':')[0] if ': ' in found[FORM] else found[FORM]}{optional}"
    return describe(field, parts)


def _default(field: Schema) -> str:
    match field.get("default"):
        case None:
            return "none"
        case True | False as value:
            return f"`{str(value).lower()}`"
        case dict() as value:
            inner = ", ".join(f"{key}: {_scalar(one)}" for key, one in value.items())
            return f"`{{{inner}}}`" if len(inner) < 40 else "see below"
        case list() as value:
            return f"`[{', '.join(_scalar(one) for one in value)}]`"
        case value:
            return f"`{value}`"


def _scalar(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _cell(text: str) -> str:
    """Text that stays in one cell of a table."""
    return " ".join(text.replace("``", "`").split()).replace("|", "\\|")


_FILES: Final = """
`ringwall.yaml` is the root; `include:` names more files, relative to it: a file, a pattern such as
`services.d/*.yaml`, or a folder (its `*.yaml` and `*.yml`). Sections may be spread over the files;
what is a list or has names is put together, and nothing may be said twice.

```yaml
version: 1
include: [services.d/]
```

Durations are written `250ms`, `30s`, `5m`, `24h`, `7d`; sizes `65536`, `64KiB`, `1MiB`. Addresses
are `host:port`, `[ipv6]:port` or `unix:/path`. A secret is never written in a file, only a
reference to it: `${env:NAME}` or `${file:/path}`. `ringwall schema` prints all of this as JSON
Schema for your editor:

```yaml
# yaml-language-server: $schema=ringwall.schema.json
```
"""


# The exit codes


def _exit_codes() -> Iterator[str]:
    yield from ("# Exit codes", "", _WRITTEN, "")
    yield "Every command of [`ringwall`](cli.md) ends with one of these. Scripts may rely on them."
    yield from ("", "| code | kind | meaning |", "|---|---|---|")
    for code in ExitCode:
        yield f"| {int(code)} | `{code.kind}` | {code.meaning[:1].upper()}{code.meaning[1:]} |"


if __name__ == "__main__":
    main()
