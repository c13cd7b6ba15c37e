"""Consultations: questions put to the public, with their rounds and sections."""
