"""Checks a downloaded package, and receipts against it: no database, no settings, nothing but the file."""
