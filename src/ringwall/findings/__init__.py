"""One queue of what is wrong: whoever found it, whose job it is, until when.

A *finding* is one weakness of one component; its uid is the same whoever finds it and whenever. A
*run* of a source judges a *scope*; what it saw are *sightings*, several of the same finding are one
row of the queue. Only a check that judged closes a finding. What people say of one, and what runs
made of it, are its *steps*.
"""
