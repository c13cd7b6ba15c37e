"""What a consultation comes to in numbers, and the journal of who did what."""
