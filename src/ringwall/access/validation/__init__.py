"""What is wrong with policies that can be read: names nobody has, and types that do not fit.

Cedar's own validator decides; here it is asked quickly, and what it says is brought to the place
that it means.
"""
