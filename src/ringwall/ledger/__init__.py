"""The tamper-evident log: proof that no record was changed, removed, inserted or reordered.

It knows nothing of events: an *entry* is some bytes at a place that it keeps for ever, its *index*.

- A *tree* is the Merkle tree of RFC 9162, section 2, over the hashes of all entries (its *leaves*).
- A *tile* is a file with 256 hashes of the tree that stand side by side (C2SP tlog-tiles).
- A *checkpoint* says: the log of this *origin* had this many entries, and this *root* over them.
- A *note* is a text with signatures below it (C2SP signed-note); a *vkey* is a public key as text.
- The *notary* is the only process that has the log's private key. It signs no checkpoint that does
  not continue the one it signed last, whoever asks.
- A *witness* is somebody else who does the same, and *cosigns* (C2SP tlog-witness).
- An *anchor* is a place outside where checkpoints are put, out of reach of whoever owns this
  machine.
- A *proof* shows that an entry is in the tree of a checkpoint; a *bundle* is a proof with all else
  that is needed to check it offline, but for the public key, which whoever checks has to have.
- The *voucher* is the process that shows checkpoints to witnesses and brings them to anchors.

``merkle``, ``tiles``, ``keys``, ``notes``, ``checkpoints``, ``proofs``, ``statements`` and
``bundles`` are arithmetic and text, without I/O. ``tree`` keeps the tiles, ``published`` reads
them, ``auditing`` checks them all. ``tools/verify_log.py`` checks the same with no code of ours.
"""
