"""Events for other programs: written in formats, and passed on to destinations as they come.

A format (:class:`~ringwall.lake.exports.formats.Format`) makes a line of a row; a destination
(:class:`~ringwall.lake.exports.destinations.Destination`) takes batches and says when they arrived;
:mod:`forwarding` keeps count of what did.
"""
