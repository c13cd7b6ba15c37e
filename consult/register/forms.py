"""The form of ``/register/verify``."""

from typing import Any

from starlette.datastructures import FormData, UploadFile
from wtforms.fields import FileField, TextAreaField

from consult.core.language import N_
from consult.web.forms import Form


class VerifyForm(Form):
    """A receipt: a file, or what it contains, pasted. Nothing of it is cleaned: each character counts."""

    file = FileField(N_("Fichier du reçu"))
    text = TextAreaField(N_("Contenu du reçu"))

    def __init__(self, sent: FormData | None = None, **values: Any) -> None:
        super().__init__(_texts(sent) if sent is not None else None, **values)
        upload = sent.get("file") if sent is not None else None
        self.upload = upload if isinstance(upload, UploadFile) and upload.size else None

    async def received(self) -> bytes:
        """What was sent: the file if there is one, else the pasted text."""
        if self.upload is not None:
            return await self.upload.read()
        return (self.text.data or "").strip().encode("utf-8", "replace")


def _texts(sent: FormData) -> FormData:
    return FormData([(name, value) for name, value in sent.multi_items() if isinstance(value, str)])
