"""Says how far each language has come: ``make translations`` ends with it. ``--list`` names what is missing."""

import sys
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def missing(language: str) -> tuple[list[str], int]:
    """The source strings that a language does not have yet, and how many there are in all."""
    with (LOCALE / language / "LC_MESSAGES" / "consult.po").open("rb") as source:
        messages = [message for message in read_po(source, locale=language) if message.id]
    empty = [message for message in messages if message.fuzzy or not all(_strings(message.string))]
    return [_strings(message.id)[0] for message in empty], len(messages)


def _strings(value: str | tuple[str, ...] | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def main() -> None:
    """Print one line a language."""
    for folder in sorted(LOCALE.glob("*/LC_MESSAGES")):
        language = folder.parent.name
        without, total = missing(language)
        print(f"{language}: {total - len(without)} of {total} translated")
        if "--list" in sys.argv:
            print("".join(f"  {text}\n" for text in without), end="")


if __name__ == "__main__":
    main()
