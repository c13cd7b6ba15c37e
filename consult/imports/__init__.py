"""Imports: consultations held elsewhere, brought in whole or not at all."""
