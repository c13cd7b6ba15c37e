"""Consult: public consultations that people can trust and check."""
