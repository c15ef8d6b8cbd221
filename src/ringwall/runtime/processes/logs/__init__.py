"""One log stream out of what many processes write.

Children write to files, not pipes, so that they live on when the supervisor dies and none can be
held up by a slow reader. :mod:`~.tail` follows the files, :mod:`~.lines` cuts and
:mod:`~.levels` reads the lines, and a sink from :mod:`~.sinks` shows them.
"""
