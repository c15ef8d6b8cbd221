"""How protected services send their own events into the log.

A *sender* is a service that has proven who it is. What it sends is taken apart into *candidates*;
of each comes an event in OCSF, or a *quarantined* piece of evidence with the reason. Both are lines
of a spool, and on the disk before the sender is told so. Reading it on is the collector's work.
"""
