"""The append-only public record of what happened, and the receipts into it."""
