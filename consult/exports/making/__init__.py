"""How files are made: whole or not at all, on a snapshot, by one worker at a time, gone on with after a crash."""

from consult.exports.making.products import CannotMake, Product, add_product, added_products

__all__ = ["CannotMake", "Product", "add_product", "added_products"]
