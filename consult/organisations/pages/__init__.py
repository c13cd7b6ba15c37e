"""The pages of organisations: presenting one, its members, invitations, and what the territory decides."""
