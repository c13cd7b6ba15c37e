"""A consultation as a document to read: PDF, DOCX and a page to print."""
