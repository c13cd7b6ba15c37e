"""Reading: the public pages that put several rooms together. Nobody imports this room; it changes nothing."""
