"""The rules of moderation: grounds in words, who may report, decide, appeal and hear, and when."""
