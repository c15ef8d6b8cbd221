"""Code as a source of components: Terraform, CloudFormation and Kubernetes manifests.

What is declared is mapped to the components and aspects that clouds are read into, so that the same
checks judge both. What cannot be known before code runs is :class:`Unknown`, never absent.
"""
