"""Reads of imports."""

from consult.imports.models import Import


async def import_of(consultation_id: int) -> Import | None:
    """The import that a consultation came from; None when it was held here."""
    return await Import.filter(consultation_id=consultation_id).first()
