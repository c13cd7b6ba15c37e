"""Tables written as files: CSV, CSV for spreadsheets, JSON Lines, Parquet, XLSX, ODS."""

from consult.exports.formats.known import FORMATS, ExtraMissing, Format, TooLarge, Written, file_name
from consult.exports.formats.writing import write, write_whole

__all__ = ["FORMATS", "ExtraMissing", "Format", "TooLarge", "Written", "file_name", "write", "write_whole"]
