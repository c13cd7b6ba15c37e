"""What becomes of a set of files because this room is there: the documents to read are made with it."""

from consult.reports.making import add_documents

add_documents()
