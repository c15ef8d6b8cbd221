"""The golden files: a few configurations, and every Envoy file that is built from them.

``python -m tests.gateway.envoy.rendered`` writes them anew, from the repository's root.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.access.sections import SECTIONS as ACCESS
from ringwall.core.clock import SystemClock
from ringwall.gateway.layout import Layout
from ringwall.gateway.sections import SECTIONS as GATEWAY
from ringwall.gateway.service import Gateway
from ringwall.gateway.wanted import Wanted
from ringwall.identity.sections import SECTIONS as IDENTITY
from ringwall.inventory.sections import SECTIONS as INVENTORY
from ringwall.runtime.configuration import Configuration, load_sources

COMMAND: Final = "python -m tests.gateway.envoy.rendered"
FOLDER: Final = Path(__file__).with_name("golden")
SECTIONS: Final = (*ACCESS, *INVENTORY, *IDENTITY, *GATEWAY)
_PLACES: Final = Layout(Path("/srv/app"), Path("/var/lib/ringwall"), Path("/run/ringwall"))

Json = dict[str, Any]


def names() -> tuple[str, ...]:
    """The configurations, by the name of their file."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def configuration(name: str, *, root: Path = _PLACES.root) -> Configuration:
    """One of them, loaded and judged."""
    sources = [(Path("ringwall.yaml"), (FOLDER / f"{name}.yaml").read_bytes())]
    policies = FOLDER / f"{name}.cedar"
    if policies.exists():
        sources.append((Path("rules/all.cedar"), policies.read_bytes()))
    return load_sources(sources, SECTIONS, root=root)


def gateway(layout: Layout = _PLACES) -> Gateway:
    """A gateway over a layout; it makes no folder by itself."""
    return Gateway(layout, sections=SECTIONS, clock=SystemClock())


def rendered(name: str) -> Mapping[str, str]:
    """The golden files of one configuration: names and contents."""
    found = gateway().render(Wanted.of(configuration(name)))
    return {
        f"{name}.{proxy}.json": _text(
            _told_once(
                {
                    "bootstrap.json": rendering.bootstrap,
                    **rendering.files("golden"),
                    **rendering.variants("golden"),
                },
                {},
            )
        )
        + "\n"
        for proxy, rendering in found.items()
    }


def _told_once(value: Any, told: dict[str, str], place: str = "") -> Any:
    """The same, but what is long and stood before is only referred to, by where that was."""
    if not isinstance(value, dict | list):
        return value
    line = json.dumps(value, sort_keys=True)
    if len(line) > 300 and told.setdefault(line, place) != place:
        return {"the same as": told[line]}
    if isinstance(value, list):
        return [_told_once(one, told, f"{place}[{n}]") for n, one in enumerate(value)]
    return {key: _told_once(one, told, f"{place}/{key}") for key, one in sorted(value.items())}


def _text(value: Any, indent: str = "") -> str:
    """JSON in which whatever fits on a line stands on one."""
    line = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(indent) + len(line) <= 110 or not isinstance(value, dict | list):
        return line
    deeper = indent + " "
    if isinstance(value, list):
        items = [_text(one, deeper) for one in value]
    else:
        items = [f"{json.dumps(key)}: {_text(one, deeper)}" for key, one in sorted(value.items())]
    inner = ",\n".join(deeper + item for item in items)
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n{inner}\n{indent}{closing}"


def main() -> None:
    """Write every golden file, and remove those of configurations that are gone."""
    wanted = {file: text for name in names() for file, text in rendered(name).items()}
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for file, text in wanted.items():
        (FOLDER / file).write_text(text)
    print(f"wrote {len(wanted)} files to {FOLDER}")


if __name__ == "__main__":
    main()
