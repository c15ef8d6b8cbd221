"""Files of lines that another process writes, cut into segments: the edge's record of requests.

Written is always one file, ``access.jsonl``; what is closed lies beside it as
``access-<when it was closed>.jsonl``, later compressed (``.gz``). What lines say is not known here.
"""
