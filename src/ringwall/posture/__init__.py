"""Continuous judgment of clouds, code and Ringwall itself.

A *collector* reads each component's *aspects* into a *snapshot*; a *check* judges one component by
what it reads there, and a *verdict* is pass, fail or unknown, with the facts it stands on.
"""
