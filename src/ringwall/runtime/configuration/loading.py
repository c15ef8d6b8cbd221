"""Read files into a configuration, or say everything that is wrong with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    documents = [parse(root.data, path)]
    sections = tuple(sections)
    found, problems = patterns(documents[0])
    endings = tuple(section.ending for section in sections if section.ending)
    included, unread = _included(folder, root, found, endings)
    documents += [parse(source.data, path.parent / source.name) for source in included]

    def attach(name: str, ending: str) -> Iterable[Source]:
        names = reading.below(folder, name, ending)
        if not names and (folder / name).is_dir():
            raise UnreadableError(f"{name} has no *{ending} file: write one, or remove the folder")
        if len(names) > reading.MOST:
            raise UnreadableError(f"{name} has more than {reading.MOST} files: put them together")
        return [reading.read(folder, one) for one in names]

    return _judge(
        [root, *included],
        documents,
        sections,
        folder,
        [*problems, *unread],
        attach=attach,
        shown=path.parent,
    )


def load_sources(
    sources: Sequence[tuple[Path, bytes]], sections: Iterable[Section], *, root: Path
) -> Configuration:
    """Judge kept contents (:attr:`Configuration.sources`) again, without reading any file.

    The first is the root file, the others those it included when they were kept, and those of
    sections' folders.
    """
    sections = tuple(sections)
    endings = tuple(section.ending for section in sections if section.ending)
    kept = [Source(name, data) for name, data in sources]
    read = [source for source in kept if not source.name.name.endswith(endings)]
    documents = [parse(source.data, source.name) for source in read]
    _, problems = patterns(documents[0])

    def attach(name: str, ending: str) -> Iterable[Source]:
        return [
            source
            for source in kept
            if source.name.name.endswith(ending) and source.name.is_relative_to(name)
        ]

    return _judge(read, documents, sections, root, problems, attach=attach)


def load_text(
    text: str, sections: Iterable[Section], *, name: str = "ringwall.yaml"
) -> Configuration:
    """Judge a text by itself, as an editor does; ``include:`` cannot be followed and is refused."""
    root = Source(Path(name), text.encode("utf-8", "surrogatepass"))
    document = parse(root.data, root.name)
    found, problems = patterns(document)
    message = "other files cannot be included here: only this text is judged"
    problems += [Problem(path=(INCLUDE,), message=message, place=place) for _, place in found]
    return _judge([root], [document], sections, Path(), problems)


def _included(
    folder: Path, root: Source, found: Iterable[tuple[str, Place]], endings: tuple[str, ...]
) -> tuple[list[Source], list[Problem]]:
    """Read what ``include:`` names, every file once, but no file of a section's folder."""
    sources, problems = {root.name: root}, []
    for pattern, place in found:
        try:
            names = [name for name in reading.included(folder, pattern) if name not in sources]
            _require_documents(names, endings)
            if len(sources) + len(names) > reading.MOST:
                message = f"a configuration has at most {reading.MOST} files"
                problems.append(Problem(path=(INCLUDE,), message=message, place=place))
                break
            sources |= {name: reading.read(folder, name) for name in names}
        except UnreadableError as error:
            problems.append(
                Problem(path=(INCLUDE,), message=str(error), place=place, value=shortened(pattern))
            )
    return list(sources.values())[1:], problems


def _require_documents(names: Iterable[Path], endings: tuple[str, ...]) -> None:
    for name in names:
        if endings and name.name.endswith(endings):
            raise UnreadableError(f"{name} is read from its own folder, without being included")


def _judge(
    sources: Sequence[Source],
    documents: Sequence[Document],
    sections: Iterable[Section],
    folder: Path,
    problems: Sequence[Problem],
    *,
    attach: Callable[[str, str], Iterable[Source]] = lambda _name, _ending: (),
    shown: Path = Path(),
) -> Configuration:
    """Decide; only ``attach`` reads files from here on, those of sections' folders.

    ``problems`` are those of the includes.
    """
    owned = _owned(sections)
    gathered = gather(documents, owned)
    validated = Validated()
    for section in owned.values():
        validate(gathered, section, validated)
    attached, unread = _attached(owned.values(), validated, attach)
    sources = [*sources, *attached]
    problems = [*problems, *unread]
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
        attached=tuple((source.name, source.data) for source in attached),
    )
    found = [*problems, *gathered.problems, *validated.problems]
    if gathered.is_whole and not problems:
        for section in owned.values():
            found += _checked(section, configuration, gathered, validated, shown=shown)
    refused = any(problem.severity is Severity.ERROR for problem in found)
    told = _told(_ordered(found, documents), documents, owned)
    if len(found) > len(told) or validated.is_cut:
        severity = Severity.ERROR if refused else Severity.WARNING
        message = "there are more problems: mend these first"
        told = (*told, Problem(path=(), message=message, severity=severity))
    if refused:
        raise ConfigurationError(told)
    return replace(configuration, warnings=told)


def _attached(
    sections: Iterable[Section],
    validated: Validated,
    attach: Callable[[str, str], Iterable[Source]],
) -> tuple[list[Source], list[Problem]]:
    """The files of sections' folders, as far as the sections themselves are right."""
    found: list[Source] = []
    problems: list[Problem] = []
    for section in sections:
        if section.folder is None or section.key not in validated.items:
            continue
        name = section.folder(validated.items[section.key])
        if name is None:
            continue
        try:
            found += attach(name, section.ending)
        except UnreadableError as error:
            problems.append(Problem(path=(section.key,), message=str(error), value=name))
    return found, problems


def _owned(sections: Iterable[Section]) -> dict[str, Section]:
    owned: dict[str, Section] = {}
    for section in sections:
        if section.key in owned or section.key in {VERSION, INCLUDE}:
            msg = f"two modules own the section {section.key}"
            raise ValueError(msg)
        owned[section.key] = section
    return owned


def _checked(
    section: Section,
    configuration: Configuration,
    gathered: Gathered,
    validated: Validated,
    *,
    shown: Path,
) -> list[Problem]:
    attached = {name for name, _ in configuration.attached}
    found: list[Problem] = []
    if section.check is None:
        return found
    try:
        for problem in section.check(configuration):
            path = _as_written(problem.path, validated)
            place = problem.place or locate(gathered.tree, path)
            if place is not None and place.file in attached:
                place = replace(place, file=shown / place.file)
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
        told.append(replace(problem, excerpt=shown or problem.excerpt))
    return tuple(told)


def _ordered(problems: Iterable[Problem], documents: Sequence[Document]) -> list[Problem]:
    order = {document.file: position for position, document in enumerate(documents)}

    def key(problem: Problem) -> tuple[int, str, int, int]:
        place = problem.place
        if place is None:
            return (len(order), "", 0, 0)
        return (order.get(place.file, len(order)), str(place.file), place.line, place.column)

    return sorted(problems, key=key)
