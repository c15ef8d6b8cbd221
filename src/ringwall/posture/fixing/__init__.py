"""Mend what is wrong, as a plan that can be read before, checked after, and taken back.

A *remedy* makes a *plan* out of what was read of a component. The plan says in words, as API calls
and as code what it changes; it stands on what was read, so that it is refused once that changed;
each of its calls has its inverse. Applied, it is judged anew, and taken back if that does not pass.
"""
