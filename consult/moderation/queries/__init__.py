"""The reads of moderation, territory first."""
