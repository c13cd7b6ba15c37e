"""The example territory."""
