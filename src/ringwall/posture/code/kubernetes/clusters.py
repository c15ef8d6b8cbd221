"""Which manifests are of one cluster: those of a folder, unless it has the same namespace twice.

Who declares ``shop`` in ``prod/`` and in ``test/`` has two clusters: what is in one protects no
other.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from ringwall.posture.code.kubernetes.manifests import ACCOUNT, KINDS
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

_NAMESPACE: Final = "k8s-namespace"


def apart(snapshot: Snapshot) -> None:
    """Give each cluster's manifests an account of their own, by the folder it is declared in."""
    declared = defaultdict(set)
    for one in filter(_is_manifest, snapshot.of_kind(_NAMESPACE)):
        declared[one.aspects["listed"].value["name"]].add(_folder(one))
    clusters = {folder for several in declared.values() if len(several) > 1 for folder in several}
    if not clusters:
        return
    for kind in KINDS:
        for one in filter(_is_manifest, snapshot.of_kind(kind)):
            here = _folder(one)
            mine = next((each for each in (here, *here.parents) if each in clusters), None)
            if mine is not None and str(mine) != ".":
                one.found = replace(one.found, account=f"{ACCOUNT}:{mine}")


def _is_manifest(one: Seen) -> bool:
    """Whether a file of manifests declares it: what Terraform declares is of its root's cluster."""
    return not one.found.name.startswith("terraform:")


def _folder(one: Seen) -> PurePosixPath:
    return PurePosixPath("." if one.place is None else one.place.path).parent
