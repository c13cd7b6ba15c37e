"""Organisations: bodies that speak as themselves through named members, once a territory has verified them."""
