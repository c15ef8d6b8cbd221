"""Whose requests are refused for where they come from: blocks, lists, and who is spared by all."""
