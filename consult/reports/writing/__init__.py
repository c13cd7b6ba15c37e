"""The same content as a PDF, as a DOCX, and as a page to print."""
