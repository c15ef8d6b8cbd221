"""Limits that several edges share: Envoy's rate-limit protocol, answered from Redis or from memory.

``buckets`` is the arithmetic, ``messages`` what is asked and answered, ``streams`` how that comes
over a connection. ``memory`` and ``redis`` keep levels; ``counting`` chooses between the two.
"""
