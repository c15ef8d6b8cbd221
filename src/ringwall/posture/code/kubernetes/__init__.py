"""Kubernetes manifests as components."""
