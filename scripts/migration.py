"""Write the migration of a changed model: ``make migration name=what_it_does`` (``--empty``: one to fill by hand)."""

import argparse
import asyncio

from consult.core.database import make_migration


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="what it does, in a few words: add_tally_origin")
    parser.add_argument("--empty", action="store_true", help="without operations, for RunSQL or RunPython by hand")
    chosen = parser.parse_args()
    written = asyncio.run(make_migration(chosen.name, empty=chosen.empty))
    print(
        f"Wrote {written}: read it, and try it on a populated database." if written else "The models have not changed."
    )


if __name__ == "__main__":
    main()
