"""Contributions: what people write, numbered, with their revisions, drafts and amendments."""
