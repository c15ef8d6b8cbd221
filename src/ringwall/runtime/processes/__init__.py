"""Processes that stay up: the library under ``ringwall up``.

A :class:`~.spec.ProcessSpec` says what shall run. A :class:`~.supervisor.Supervisor` starts the
specs in order, gives each to a :class:`~.keeper.Keeper` that restarts it when it dies, and writes
down what runs in ``state.json``. A :mod:`~.guardian` starts the supervisor again when that one is
killed; the new supervisor adopts the children, which never notice. Other processes of the same
user ask and tell through the :mod:`~.control` socket.

This module imports nothing, because the guardian and the command line must stay small. The
package needs Linux 5.3 or newer (``pidfd_open``) and ``/proc``.
"""
