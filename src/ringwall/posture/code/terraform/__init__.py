"""Terraform: modules, variables and resources, as far as they are known before it runs."""
