"""Twelve hours' worth of events of every source in minutes, while processes and machine stop.

- A *source* (:mod:`.sources`) sends and keeps what was acknowledged to it.
- A *stop* (:mod:`.stops`) kills one process of the installation, or all of them at once.
- The *reckoning* (:mod:`.reckoning`) holds the log against what was acknowledged.

``python -m tests.lake.twelve_hours`` is all of it; see there.
"""
