"""How files are made: whole or not at all, on a snapshot, by one worker at a time, gone on with after a crash."""

from consult.exports.making.products import CannotMake, Product, register_step, registered

__all__ = ["CannotMake", "Product", "register_step", "registered"]
