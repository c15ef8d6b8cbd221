"""Accounts of AWS in moto's server, of any size, in which it is known what is wrong.

Every component is a *specimen*: a function that makes it one way, and the faults that it has
(``True``) or only looks as if it had (``False``). ``faults.CHECKS`` tells by which checks each
fault is to be found, ``scoring`` holds verdicts against that.

``python -m tests.posture.accounts`` makes one and prints recall and precision by check.
"""
