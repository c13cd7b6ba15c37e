"""Accounts: the people who sign in. The public name is stored apart from the identity."""
