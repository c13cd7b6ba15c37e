"""From rows and public figures to what a document says, in the territory’s language."""
