"""Contributions: numbered proposals and opinions, with their revisions, drafts and amendments."""
