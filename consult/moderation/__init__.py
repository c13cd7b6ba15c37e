"""Reports, the queue, decisions with their reasons, appeals, and the public record of all of it."""
