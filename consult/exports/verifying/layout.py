"""What lies where in a package. The writer and the verifier share this page, and nothing else (docs/package.md)."""

import json
import re

FORMAT = "consult-package/1"
DESCRIPTION = "datapackage.json"
READ_ME_FR, READ_ME_EN, LICENCE = "LISEZMOI.md", "README.md", "LICENCE.txt"
DATA = "data/"
FIGURES = "figures.json"
SUMS = "SHA256SUMS"
REGISTER = "register/"
HEAD, KEYS = f"{REGISTER}head.txt", f"{REGISTER}keys.txt"
ENTRIES, PROOF, EXPORTED = f"{REGISTER}entries.jsonl", f"{REGISTER}proof.txt", f"{REGISTER}exported.json"
# These prove the others, and so cannot be among those that SHA256SUMS names.
EVIDENCE = (HEAD, KEYS, ENTRIES, PROOF, EXPORTED)
ABOVE = (DESCRIPTION, READ_ME_FR, READ_ME_EN, LICENCE, FIGURES)
TABLE_FILE = re.compile(r"data/(?P<table>[a-z_]{1,40})(?P<mark>-provisoire)?\.csv")
EXPORTED_KIND = "exported"


_encode = json.JSONEncoder(ensure_ascii=False).encode


def entry_line(position: int, entry: str) -> str:
    """The one form of a line of the entries: canonical JSON, written by hand because there may be millions of them."""
    return f'{{"entry":{_encode(entry)},"position":{position}}}\n'


def table_of(name: str) -> str:
    """The table that a file of the package holds; "" for the other files."""
    found = TABLE_FILE.fullmatch(name)
    return found.group("table") if found else ""
