"""From lines of the edge to events in the table and leaves in the tree."""

import json
from pathlib import Path

import duckdb
