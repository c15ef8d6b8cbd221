"""What Kustomize puts together: a patch is a part of something that stands elsewhere."""

import posixpath
from collections.abc import Iterator
from typing import Any, Final

FILES: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_PATHS: Final = "patchesStrategicMerge"
_NAMED: Final = ("patches", "patchesJson6902")


def patches_of(value: Any, path: str) -> Iterator[str]:
    """The files of patches that a kustomization at ``path`` names, by theirs."""
    told = value if isinstance(value, dict) else {}
    several = [one for one in _listed(told.get(_PATHS)) if isinstance(one, str)]
    for name in _NAMED:
        found = (one.get("path") for one in _listed(told.get(name)) if isinstance(one, dict))
        several += [one for one in found if isinstance(one, str)]
    for one in several:
        if "\n" not in one:  # else it is written out there
            yield posixpath.normpath(posixpath.join(posixpath.dirname(path), one))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
