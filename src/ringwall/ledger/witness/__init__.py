"""Witnesses: others who vouch that the log was only ever added to (C2SP tlog-witness).

Both sides are here. As a witness of other logs: ``requests`` is what is sent, ``judging`` decides
over it, ``store`` remembers what was cosigned last, ``cosigning`` brings these together,
``serving`` and ``process`` answer over HTTP. As a log: ``asking`` has a checkpoint cosigned.
"""
