"""From appended leaves to a checkpoint that everybody can see."""

from ringwall.ledger.notary.client import NotaryClient
from ringwall.ledger.notes import Note
from ringwall.ledger.tree import Tree


def checkpoint(tree: Tree, notary: NotaryClient) -> Note:
    """Make all leaves durable, have them signed, and show the checkpoint.

    In this order: what is signed is never lost again. Raises what :meth:`Tree.sync`,
    :meth:`NotaryClient.sign` and :meth:`Tree.publish` do; done again, it goes on where it ended.
    """
    tree.sync()
    note = notary.sign(tree, tree.origin, tree.size)
    tree.publish(note)
    return note
