"""Arguments for and against contributions and amendments."""
