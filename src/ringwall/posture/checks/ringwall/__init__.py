"""Checks of Ringwall itself: what it protects with has to stand first."""
