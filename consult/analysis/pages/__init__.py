"""Pages of analysis: for the territory's staff only."""
