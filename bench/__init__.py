"""Side-by-side measurements: ours and a peer, same work, same machine, same run."""
