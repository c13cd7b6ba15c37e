"""Sources: links given under a contribution or an argument."""
