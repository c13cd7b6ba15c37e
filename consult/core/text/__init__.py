"""What people write: made safe to keep, to show, to find and to compare. Pure functions, no I/O."""
