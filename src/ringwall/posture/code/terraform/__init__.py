"""Terraform: modules, variables, references and resources, as far as they are known before it runs."""
