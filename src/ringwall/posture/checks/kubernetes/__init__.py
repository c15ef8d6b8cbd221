"""Checks of Kubernetes: the pod security standards, RBAC, networks, images and secrets."""
