"""From policies to what the edge decides by: partial evaluation, and rules without policies."""
