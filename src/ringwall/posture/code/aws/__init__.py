"""Terraform's resources of AWS as the components and aspects that AWS itself would tell.

One file a service: ``KINDS`` are those it can bring, ``components`` brings them. Defaults of AWS
count where nothing is written; the fact's API says so.
"""
