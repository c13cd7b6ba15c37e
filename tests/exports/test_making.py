"""Sets of files: whole, of one moment, made once."""

from datetime import datetime

from consult.exports.making import maker
from consult.exports.making.products import products
from consult.exports.models import MakingState
from tests.exports.sets import files_are_whole, made, some_results


async def test_a_consultation_that_is_over_gets_every_file(db: str, frozen: datetime) -> None:
    results = await some_results()
    one = await made(results)
    assert (one.state, one.provisional, one.error) == (MakingState.READY, False, "")
    rows = await files_are_whole(one)
    assert set(rows) == {product.file_name(provisional=False) for product in products()}
    assert rows["contributions.csv"].rows == 1
    assert await maker.make_exports() == 0, "there is nothing left to do"
