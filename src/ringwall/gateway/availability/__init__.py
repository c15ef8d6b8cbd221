"""What the edge does so that a flood, or one greedy client, takes nothing from the others."""
