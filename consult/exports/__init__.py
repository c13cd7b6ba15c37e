"""The results of a consultation as files that anybody can take away and check."""
