"""Votes on contributions and amendments, supports of arguments and sources, and tallies."""
