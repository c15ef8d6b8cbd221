"""HCL's native syntax, by its specification (github.com/hashicorp/hcl, hclsyntax/spec.md).

Text becomes tokens, tokens become trees, each with the line it stands on. Nothing is evaluated.
"""
