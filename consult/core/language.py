"""Marks French source strings for translation; they are translated where they are shown."""


def N_(text: str) -> str:
    """Mark a source string so that it is extracted; returns it unchanged."""
    return text
