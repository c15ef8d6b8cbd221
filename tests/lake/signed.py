"""Signing a log's tree in this process, as the notary does in its own."""

from pathlib import Path

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.notary.signing import Notary, Signed
from ringwall.ledger.tree import Tree


def signed_tree(folder: Path, keys: Path, origin: str) -> Checkpoint:
    """Show a checkpoint of all that the tree has, signed with keys in a folder of their own."""
    with Tree(folder, origin) as tree:
        tree.sync()
        notary = Notary(keys, folder, origin)
        try:
            made = Checkpoint(origin, tree.size, tree.root(tree.size))
            proof = tree.consistency(notary.last.size, tree.size) if notary.last.size else []
            answer = notary.sign(made, old=notary.last.size, proof=proof)
            assert isinstance(answer, Signed), answer
            tree.publish(answer.note)
        finally:
            notary.close()
    return made
