"""The reference pages are what the code says, and leave nothing out."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from docs.build import FOLDER, index_of_checks, pages
from typer.main import get_command

from ringwall.cli.main import build
from ringwall.posture.checking.index import INDEX
from ringwall.runtime.configuration import ConfigurationError, load
from ringwall.runtime.configuration.rendering import plain
from ringwall.runtime.configuration.schema import of_model
from ringwall.runtime.current import all_sections
from ringwall.runtime.refusals import ExitCode

SHOP = FOLDER.parent / "examples" / "shop"


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == pages()[name], "run `make docs`"


def commands(above: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    group: Any = above or get_command(build())
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        elif not command.hidden:
            yield f"{before}{name}", command


def test_every_command_and_option_is_documented() -> None:
    page = (FOLDER / "cli.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    assert len(dict(commands())) > 15
    for name, command in commands():
        section = sections[f"ringwall {name}"]
        assert command.help.split("\n\n")[0] in section
        for parameter in command.params:
            assert parameter.help, (name, parameter.name)
            names = [*parameter.opts, *parameter.secondary_opts]
            shown = [parameter.metavar] if parameter.param_type_name == "argument" else names
            for one in shown:
                assert f"`{one}`" in section, (name, one)


def test_every_field_says_what_it_is_for() -> None:
    silent = [
        f"{model}.{name}"
        for section in all_sections()
        for model, fields in models(of_model(section.model))
        for name, field in fields.items()
        if not field.get("description") and "const" not in field
    ]
    assert silent == []


def models(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield schema["title"], schema.get("properties", {})
    for name, inner in schema.get("$defs", {}).items():
        yield name, inner.get("properties", {})


def test_every_exit_code_is_documented() -> None:
    page = (FOLDER / "exit-codes.md").read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {int(code)} | `{code.kind}` |" in page


def test_pages_lead_only_to_files_that_are_there() -> None:
    for page in (*FOLDER.glob("**/*.md"), *FOLDER.parent.glob("*.md"), SHOP / "README.md"):
        for part in page.read_text(encoding="utf-8").split("](")[1:]:
            target = part.partition(")")[0].partition("#")[0]
            if target and "://" not in target and " " not in target:
                assert Path(page.parent, target).exists(), f"{page}: {target}"


def test_the_mistakes_in_the_readme_are_told_as_it_shows(tmp_path: Path) -> None:
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^Make mistakes.*?```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert block is not None
    file = Path(shutil.copy(SHOP / "ringwall.yaml", tmp_path))
    shutil.copytree(SHOP / "policies", tmp_path / "policies")
    subprocess.run(["sh", "-eu", "-c", block[1]], cwd=tmp_path, check=True, timeout=10)
    with pytest.raises(ConfigurationError) as refused:
        load(file, all_sections())
    told = "\n".join(map(plain, refused.value.problems))
    shown = readme.replace("…/examples/shop", str(tmp_path))
    assert f"```\n{told}\n{len(refused.value.problems)} errors\n```\n" in shown


def test_the_index_of_checks_is_of_the_checks_there_are() -> None:
    assert INDEX.read_text(encoding="utf-8") == index_of_checks(), "run `make docs`"
