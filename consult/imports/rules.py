"""When an import is refused. Pure."""

from consult.consultations.models import Consultation
from consult.core.errors import Refusal
from consult.imports.models import Import


def import_refusal(consultation: Consultation | None, earlier: Import | None, sha256: str) -> Refusal | None:
    """An import makes a consultation of its own: it never mixes with what people wrote here, nor with another import.

    The same file again is no refusal: there is simply nothing to do.
    """
    if consultation is None or (earlier is not None and earlier.sha256 == sha256):
        return None
    if earlier is not None:
        return Refusal(
            "another_import",
            "This consultation holds another import (%(file)s); import this file under another --consultation name.",
            {"file": earlier.file_name},
        )
    return Refusal(
        "consultation_exists",
        "There is a consultation of this name already, and it was not imported; choose another --consultation name.",
    )
