"""Questions about policies: may they and why, who may, what one may, what a change changes.

All of it is pure: policies, a world and requests go in. Cedar's engine is the judge, and compiled
rules say which conditions are left where not all of a request is known.
"""
