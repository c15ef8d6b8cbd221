"""Which files are read: those named, inside the folder, once; the rest is refused by name."""

import hashlib
import os
from pathlib import Path

import pytest
from tests.runtime.configuration.sample import SECTIONS

from ringwall.runtime.configuration import Configuration, ConfigurationError, load
from ringwall.runtime.configuration.reading import Source, fingerprint


def service(*names: str) -> str:
    lines = "".join(f"  {name}: {{addresses: [x:1], owner: me}}\n" for name in names)
    return f"services:\n{lines}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "etc"
    (path / "services").mkdir(parents=True)
    return path


def write(folder: Path, **files: str) -> Path:
    """Write files (``a__b`` stands for ``a/b.yaml``) and return the root file."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "ringwall.yaml"


def refused(path: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(path, SECTIONS)
    return [str(problem).replace(str(path.parent), "etc") for problem in caught.value.problems]


def names(configuration: Configuration) -> tuple[str, ...]:
    return configuration.names("services")


def test_files_patterns_and_folders_are_included_in_order(folder: Path) -> None:
    path = write(
        folder,
        ringwall="version: 1\ninclude: [more.yaml, services, 'teams/*/svc*.yaml']\n" + service("a"),
        more=service("b"),
        services__z=service("c"),
        services__x=service("d"),
        teams__t1__svc=service("e"),
        teams__t2__svc2=service("f"),
        teams__t2__other=service("no"),
    )
    (folder / "services" / "y.yml").write_text(service("g"))
    (folder / "services" / "notes.txt").write_text("none of ours")
    (folder / "services" / ".hidden.yaml").write_text(service("no"))
    configuration = load(path, SECTIONS)
    assert names(configuration) == ("a", "b", "d", "g", "c", "e", "f")
    assert [str(name) for name, _ in configuration.sources] == [
        "ringwall.yaml",
        "more.yaml",
        "services/x.yaml",
        "services/y.yml",
        "services/z.yaml",
        "teams/t1/svc.yaml",
        "teams/t2/svc2.yaml",
    ]
    assert configuration.root == folder


def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    path = write(
        folder,
        ringwall="version: 1\ninclude: [a.yaml, ./a.yaml, '*.yaml', .]\n",
        a=service("a"),
    )
    assert [str(name) for name, _ in load(path, SECTIONS).sources] == ["ringwall.yaml", "a.yaml"]


def test_lists_are_joined_and_places_tell_the_file(folder: Path) -> None:
    route = "  - {name: %s, hosts: [a], service: %s}\n"
    path = write(
        folder,
        ringwall="version: 1\ninclude: [r]\nedge: {hosts: {a: {}}}\nroutes:\n" + route % ("a", "a"),
        r__1="routes:\n" + route % ("b", "a") + "  - {}\n",
        r__2=service("a") + "routes:\n" + route % ("c", "b"),
    )
    assert refused(path) == [
        'etc/r/1.yaml:3:5: error: the key "name" is missing',
        'etc/r/1.yaml:3:5: error: the key "hosts" is missing',
        'etc/r/1.yaml:3:5: error: the key "service" is missing',
        'etc/r/2.yaml:4:36: error: there is no service "b"',
    ]


def test_a_name_written_in_two_files_names_both_places(folder: Path) -> None:
    path = write(
        folder,
        ringwall="version: 1\ninclude: [services]\n" + service("a"),
        services__b=service("b", "a"),
    )
    assert refused(path) == [
        f'etc/services/b.yaml:3:3: error: the key "a" is already written at {path}:4:3'.replace(
            str(folder), "etc"
        )
    ]


def test_single_sections_stand_in_the_root_file_only(folder: Path) -> None:
    path = write(
        folder, ringwall="version: 1\ninclude: [a.yaml]\n", a="version: 1\nedge: {}\nfoo: 1\n"
    )
    assert refused(path) == [
        'etc/a.yaml:1:1: error: "version" stands in the root file only, not in included ones',
        'etc/a.yaml:2:1: error: "edge" stands in the root file only, not in included ones',
        'etc/a.yaml:3:1: error: there is no section "foo"',
    ]


def test_mistakes_of_all_files_are_told_in_file_order(folder: Path) -> None:
    path = write(
        folder,
        ringwall="version: 1\ninclude: [b.yaml, none.yaml, a.yaml]\nedge: {lisen: 1}\n",
        a="services: [a\n",
        b="services: {a: {owner: ''}}\n",
    )
    assert refused(path) == [
        "etc/ringwall.yaml:2:19: error: there is no file none.yaml",
        'etc/ringwall.yaml:3:8: error: there is no key "lisen" here',
        'etc/b.yaml:1:12: error: the key "addresses" is missing',
        'etc/b.yaml:1:23: error: "owner" cannot be ""',
        "etc/a.yaml:1:11: error: a bracket is opened and never closed",
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("none.yaml", "there is no file none.yaml"),
        ("none/", "there is no file none"),
        ("none/*.yaml", "no file matches none/*.yaml"),
        ("../other.yaml", "write a name relative to this file, inside its folder"),
        ("/etc/passwd", "write a name relative to this file, inside its folder"),
        ("''", "write a name relative to this file, inside its folder"),
        ("link.yaml", "link.yaml leads out of the configuration folder: move it inside"),
        ("outside", "outside leads out of the configuration folder"),
        ("outside/a.yaml", "outside/a.yaml leads out of the configuration folder: move it inside"),
        ("'outs*/*.yaml'", "outside/a.yaml leads out of the configuration folder: move it inside"),
        ("loop.yaml", "cannot read loop.yaml: "),
        ("pipe.yaml", "pipe.yaml is not a regular file"),
        ("'pip*'", "pipe.yaml is not a regular file"),
        ("big.yaml", "big.yaml is larger than 1 MiB: spread it over several included files"),
    ],
)
def test_what_is_not_a_file_of_this_folder_is_refused(
    folder: Path, entry: str, message: str
) -> None:
    (folder.parent / "outside").mkdir()
    (folder.parent / "outside" / "a.yaml").write_text(service("a"))
    (folder.parent / "other.yaml").write_text(service("a"))
    (folder / "outside").symlink_to(folder.parent / "outside")
    (folder / "link.yaml").symlink_to(folder.parent / "other.yaml")
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "big.yaml").write_text("#" * (1024**2 + 1))
    path = write(folder, ringwall=f"version: 1\ninclude: [{entry}]\n")
    (found,) = refused(path)
    assert found.startswith(f"etc/ringwall.yaml:2:11: error: {message}")


def test_links_inside_the_folder_are_followed(folder: Path) -> None:
    # As a mounted ConfigMap looks: a.yaml -> ..data/a.yaml, ..data -> ..2026
    (folder / "services" / "..2026").mkdir()
    (folder / "services" / "..2026" / "a.yaml").write_text(service("a"))
    (folder / "services" / "..data").symlink_to("..2026")
    (folder / "services" / "a.yaml").symlink_to("..data/a.yaml")
    path = write(folder, ringwall="version: 1\ninclude: [services]\n")
    assert names(load(path, SECTIONS)) == ("a",)


def test_the_number_of_files_has_an_end(folder: Path) -> None:
    for number in range(500):
        (folder / "services" / f"{number}.yaml").write_text("services: {}\n")
    path = write(folder, ringwall="version: 1\ninclude: [services]\n")
    assert refused(path) == ["etc/ringwall.yaml:2:11: error: a configuration has at most 500 files"]
    (folder / "services" / "0.yaml").unlink()
    assert len(load(path, SECTIONS).sources) == 500


def test_a_root_file_that_is_missing_or_none(folder: Path) -> None:
    assert refused(folder / "ringwall.yaml") == [
        "etc/ringwall.yaml:1:1: error: there is no file ringwall.yaml: `ringwall init` writes one"
    ]
    (found,) = refused(folder / "services")
    assert found.startswith("etc/services:1:1: error: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(folder: Path) -> None:
    path = write(folder, ringwall="version: 1\ninclude: [a.yaml]\n", a=service("a"))
    (folder / "a.yaml").chmod(0)
    assert refused(path) == ["etc/ringwall.yaml:2:11: error: cannot read a.yaml: Permission denied"]


def test_what_is_kept_is_what_was_judged(folder: Path) -> None:
    path = write(folder, ringwall="version: 1\ninclude: [a.yaml]\n", a=service("a"))
    configuration = load(path, SECTIONS)
    before = configuration.sources
    (folder / "a.yaml").write_text(service("b"))
    assert (
        configuration.sources
        == before
        == (
            (Path("ringwall.yaml"), b"version: 1\ninclude: [a.yaml]\n"),
            (Path("a.yaml"), service("a").encode()),
        )
    )
    assert load(path, SECTIONS).hash != configuration.hash


def test_the_hash_is_over_names_and_contents_each_with_its_length() -> None:
    parts = [b"a.yaml", b"version: 1\n", b"b/c.yaml", b""]
    expected = hashlib.sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).hexdigest()
    sources = [Source(Path("a.yaml"), b"version: 1\n"), Source(Path("b/c.yaml"), b"")]
    assert fingerprint(sources) == expected
    moved = [Source(Path("a.yamlv"), b"ersion: 1\n"), Source(Path("b/c.yaml"), b"")]
    assert fingerprint(moved) != expected


def test_the_hash_does_not_depend_on_where_the_folder_is(folder: Path, tmp_path: Path) -> None:
    text = "version: 1\n"
    other = tmp_path / "elsewhere"
    other.mkdir()
    one = load(write(folder, ringwall=text), SECTIONS)
    two = load(write(other, ringwall=text), SECTIONS)
    assert one.hash == two.hash
    assert one.root != two.root


def test_a_relative_path_is_shown_as_it_was_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, ringwall="version: 1\ninclude: [a.yaml]\n", a="x: 1\n")
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigurationError) as caught:
        load(Path("ringwall.yaml"), SECTIONS)
    assert str(caught.value) == 'a.yaml:1:1: error: there is no section "x"'
