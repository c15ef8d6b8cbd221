"""Where a key of a loaded configuration was written, for what is found out after it was loaded."""

from pathlib import Path

from ringwall.runtime.configuration.documents import parse
from ringwall.runtime.configuration.nodes import MappingNode, locate
from ringwall.runtime.configuration.problems import Place
from ringwall.runtime.configuration.sections import Configuration


def place_of(configuration: Configuration, path: tuple[str | int, ...]) -> Place:
    """The place of the value at ``path``, or of the nearest that was written around it.

    The beginning of the root file where none of its section was. The file is absolute.
    """
    attached = {name for name, _ in configuration.attached}
    files: list[Path] = []
    for name, data in configuration.sources:
        if name in attached:
            continue
        files.append(configuration.root / name)
        root = parse(data, files[-1]).root
        if isinstance(root, MappingNode) and str(path[0]) in root.entries:
            return locate(root, path)
    return Place(files[0], 1, 1)
