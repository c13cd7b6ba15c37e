"""The pages of moderation: reporting, one’s own decisions, the public record, and the moderators’ desk."""
