"""Who may do what in AWS, decided as AWS decides it, and without asking AWS.

A *document* is a policy as it is written; its *statements* allow or deny. A *request* is a
principal who wants to do an action to a resource in a *context*; *deciding* says whether it is
allowed, denied, allowed only under conditions, or not known. *Strangers* are everybody outside:
what they are allowed is *exposure*. A *technique* is a published way from some permissions to more
of them; *escalation* tells which principal has which. *Paths* lead from the internet, hop by hop,
to what is confidential.

All of it is pure: values of boto3's shape go in, frozen facts come out.
"""
