"""Finding events again: a small query language, and SQL for what it cannot say.

A query (:mod:`language`) is a text that becomes a tree (:mod:`tree`) over the fields of events
(:mod:`fields`); the tree becomes a condition of DuckDB with bound values (:mod:`compiling`), or
judges one row by itself (:mod:`matching`). :mod:`reading` asks the table, :mod:`showing` makes rows
readable.
"""
