"""What the people who run an instance look at: is it alive, is it ready, how much is owed."""
