"""Pages of analysis: the public results, and what the territory’s staff watch a consultation by."""
