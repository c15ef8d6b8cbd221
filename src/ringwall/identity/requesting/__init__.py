"""Asking for roles for some time, and approval by somebody else.

``rules`` say what can be asked for, ``moves`` are all the steps a request can take, ``leaving``
ends those of who leaves, ``showing`` is what of them is seen by whom, ``telling`` the mail about
them.
"""
