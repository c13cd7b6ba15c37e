"""The verifiable package: every table in one zip, described, with the register's proof that nothing was changed."""

from consult.exports.package.writing import write_package

__all__ = ["write_package"]
