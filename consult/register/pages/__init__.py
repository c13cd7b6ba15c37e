"""The register's pages: for people to read, for programs to check, and one's own receipts."""
