"""What mends what is found, one file each: ``MENDS`` names the checks, ``plan`` drafts the plan."""
