"""Anchors: places outside where checkpoints are put, out of reach of whoever owns this machine.

An anchor has a ``name`` and can ``put`` one checkpoint; one file a kind: ``file``, ``http``,
``mail``, ``s3``. ``queue`` keeps what is to be put until it was, ``delivering`` does it and tries
again.
"""
