"""The event store: everything that happened, in columns to search and in a tree to prove it.

Nouns. A *source* appends lines to a *spool*. The *collector*, one process, reads spools on and
makes each line an *event*: its *raw* form, which is canonical JSON on one line, and its *personal*
part, which can be erased. An event has the next *index* of the log's tree, and is known by it.
A batch of events is accepted once it stands in the *journal*; from there its hashes go into the
tree, and its rows into the *table* of events. What cannot be an event is put into *quarantine*: an
event that says why, with the bytes as they came.
"""
