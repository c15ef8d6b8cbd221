"""Read accounts: plan the calls, make them at the pace that is allowed, keep what they told."""
