"""``python -m ringwall``."""

from ringwall.app import main

main()
