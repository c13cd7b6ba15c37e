"""The pages of contributions: writing, rewording, withdrawing, amending, and one's own."""
