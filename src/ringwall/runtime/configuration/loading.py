"""Read files into a configuration, or say everything that is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ringwall.runtime.configuration import reading
from ringwall.runtime.configuration.concealing import Excerpts
from ringwall.runtime.configuration.documents import Document, parse
from ringwall.runtime.configuration.gathering import INCLUDE, VERSION, Gathered, gather, patterns
from ringwall.runtime.configuration.nodes import MappingNode, locate
from ringwall.runtime.configuration.problems import ConfigurationError, Place, Problem, Severity
from ringwall.runtime.configuration.reading import Source, UnreadableError
from ringwall.runtime.configuration.sections import (
    Configuration,
    Section,
    SectionInvalidError,
    Shape,
)
from ringwall.runtime.configuration.spelling import shortened
from ringwall.runtime.configuration.validating import MOST_TOLD, Validated, validate


def load(path: Path, sections: Iterable[Section]) -> Configuration:
    """Read ``path`` and the files it includes, each once.

    Raises ``ConfigurationError`` with every problem of every file, in file order.
    """
    folder, name = path.absolute().parent, Path(path.name)
    try:
        # The root file was named by the user: it may be a link to anywhere.
        root = reading.read(folder, name, inside=False)
    except UnreadableError as error:
        message = f"{error}: `ringwall init` writes one"
        raise ConfigurationError(
            (Problem(path=(), message=message, place=Place(path, 1, 1)),)
        ) from None
    sources, problems = _with_included(folder, root, shown=path.parent)
    return _judge(sources, sections, folder=folder, shown=path.parent, problems=problems)


def load_sources(
    sources: Sequence[tuple[Path, bytes]], sections: Iterable[Section], *, root: Path
) -> Configuration:
    """Judge kept contents (:attr:`Configuration.sources`) again, without reading any file."""
    kept = [Source(name, data) for name, data in sources]
    return _judge(kept, sections, folder=root, shown=Path(), problems=[])


def load_text(
    text: str, sections: Iterable[Section], *, name: str = "ringwall.yaml"
) -> Configuration:
    """Judge a text by itself, as an editor does; ``include:`` cannot be followed and is refused."""
    data = text.encode("utf-8", "surrogatepass")
    root = Source(Path(name), data)
    found, problems = patterns(parse(data, Path(name)))
    message = "other files cannot be included here: only this text is judged"
    problems += [Problem(path=(INCLUDE,), message=message, place=place) for _, place in found]
    return _judge([root], sections, folder=Path(), shown=Path(), problems=problems)


def _with_included(
    folder: Path, root: Source, *, shown: Path
) -> tuple[list[Source], list[Problem]]:
    found, problems = patterns(parse(root.data, shown / root.name))
    sources = {root.name: root}
    for pattern, place in found:
        try:
            names = [name for name in reading.included(folder, pattern) if name not in sources]
            if len(sources) + len(names) > reading.MOST:
                message = f"a configuration has at most {reading.MOST} files"
                problems.append(Problem(path=(INCLUDE,), message=message, place=place))
                break
            sources |= {name: reading.read(folder, name) for name in names}
        except UnreadableError as error:
            problems.append(
                Problem(path=(INCLUDE,), message=str(error), place=place, value=shortened(pattern))
            )
    return list(sources.values()), problems


def _judge(
    sources: Sequence[Source],
    sections: Iterable[Section],
    *,
    folder: Path,
    shown: Path,
    problems: list[Problem],
) -> Configuration:
    """Decide; no file is read from here on. ``problems`` are those of the includes."""
    owned = _owned(sections)
    documents = [parse(source.data, shown / source.name) for source in sources]
    gathered = gather(documents, owned)
    validated = Validated()
    for section in owned.values():
        validate(gathered, section, validated)
    configuration = Configuration(
        root=folder,
        items=validated.items,
        written={
            key: tuple(entry.value.entries)
            for key, entry in gathered.entries.items()
            if owned[key].shape is Shape.MAP and isinstance(entry.value, MappingNode)
        },
        sources=tuple((source.name, source.data) for source in sources),
        hash=reading.fingerprint(sources),
    )
    found = [*problems, *gathered.problems, *validated.problems]
    if gathered.is_whole and not problems:
        for section in owned.values():
            found += _checked(section, configuration, gathered, validated)
    refused = any(problem.severity is Severity.ERROR for problem in found)
    told = _told(_ordered(found, documents), documents, owned)
    if untold := len(found) + validated.untold - len(told):
        severity = Severity.ERROR if refused else Severity.WARNING
        more = Problem(path=(), message=f"there are {untold} more problems", severity=severity)
        told = (*told, more)
    if refused:
        raise ConfigurationError(told)
    return replace(configuration, warnings=told)


def _owned(sections: Iterable[Section]) -> dict[str, Section]:
    owned: dict[str, Section] = {}
    for section in sections:
        if section.key in owned or section.key in {VERSION, INCLUDE}:
            msg = f"two modules own the section {section.key}"
            raise ValueError(msg)
        owned[section.key] = section
    return owned


def _checked(
    section: Section, configuration: Configuration, gathered: Gathered, validated: Validated
) -> list[Problem]:
    found: list[Problem] = []
    if section.check is None:
        return found
    try:
        for problem in section.check(configuration):
            path = _as_written(problem.path, validated)
            place = problem.place or locate(gathered.tree, path)
            found.append(replace(problem, path=path, place=place))
    except SectionInvalidError:
        pass  # that section's own problems say what is wrong
    return found


def _as_written(path: tuple[str | int, ...], validated: Validated) -> tuple[str | int, ...]:
    """Turn the position among valid items, as a check counts, into that in the files."""
    match path:
        case (str(key), int(position), *rest) if key in validated.positions:
            positions = validated.positions[key]
            if 0 <= position < len(positions):
                return (key, positions[position], *rest)
    return path


def _told(
    problems: Sequence[Problem], documents: Sequence[Document], sections: Mapping[str, Section]
) -> tuple[Problem, ...]:
    """Return the first problems, with excerpts of the source."""
    excerpts = {document.file: Excerpts(document, sections) for document in documents}
    told: list[Problem] = []
    for problem in problems[:MOST_TOLD]:
        place = problem.place
        shown = excerpts[place.file].at(place) if place and place.file in excerpts else None
        told.append(replace(problem, excerpt=shown))
    return tuple(told)


def _ordered(problems: Iterable[Problem], documents: Sequence[Document]) -> list[Problem]:
    order = {document.file: position for position, document in enumerate(documents)}

    def key(problem: Problem) -> tuple[int, int, int]:
        place = problem.place
        if place is None:
            return (len(order), 0, 0)
        return (order.get(place.file, len(order)), place.line, place.column)

    return sorted(problems, key=key)
