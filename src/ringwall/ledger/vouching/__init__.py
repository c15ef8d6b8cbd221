"""Have others vouch for the log: witnesses cosign its checkpoints, anchors keep them outside.

``voucher`` does it, again and again; ``settings`` is what it is told, ``process`` is the process of
its own that it has, so that nothing outside can hold up or harm the one that collects events. All
it needs is the folder of the tree: it reads the checkpoint, and writes ``witnessed`` beside it.
"""
