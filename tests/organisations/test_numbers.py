"""The numbers of organisations are checked by their check digits where they have any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.organisations.numbers import check_number


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("732829320", "siren", "732829320"),
        ("732 829 320", "siren", "732829320"),
        ("732.829.320", "siren", "732829320"),
        ("732\u00a0829\u202f320", "siren", "732829320"),
        ("７３２８２９３２０", "siren", "732829320"),
        ("732 829 320 00074", "siret", "73282932000074"),
        ("35600000000048", "siret", "35600000000048"),  # La Poste, its head office
        ("356 000 000 49837", "siret", "35600000049837"),  # an office of La Poste: digits sum to a multiple of 5
        ("W751234567", "rna", "W751234567"),
        ("w 751 234 567", "rna", "W751234567"),
        ("W2A1001234", "rna", "W2A1001234"),
        ("W9R1001234", "rna", "W9R1001234"),
    ],
)
def test_a_good_number_is_recognised(typed: str, kind: str, value: str) -> None:
    number = check_number(None, typed)
    assert number is not None
    assert (number.kind, number.value) == (kind, value)
    assert check_number(number.kind, typed) == number
    assert check_number(number.kind, str(number)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "732829321",
        "73282932000075",
        "35600000049838",
        "73282932",
        "7328293200007",
        "000000000",
        "00000000000000",
        "W75123456",
        "W7512345678",
        "751234567W",
        "WW51234567",
        "W2C1001234",
        "732829320; DROP TABLE",
        "732829320\n732829320",
        "x" * 100_000,
        "٧٣٢٨٢٩٣٢٠x",
    ],
)
def test_a_bad_number_is_refused(typed: str) -> None:
    assert check_number(None, typed) is None


def test_a_number_of_another_kind_is_refused() -> None:
    assert check_number("siret", "732829320") is None
    assert check_number("siren", "73282932000074") is None
    assert check_number("siren", "W751234567") is None
    assert check_number("rna", "732829320") is None


def test_a_siret_tells_its_siren() -> None:
    siret, rna = check_number("siret", "73282932000074"), check_number("rna", "W751234567")
    assert siret is not None
    assert rna is not None
    assert siret.siren == "732829320"
    assert rna.siren is None
    assert str(siret) == "732\u00a0829\u00a0320\u00a000074"


@given(st.text())
def test_any_text_gets_an_answer(typed: str) -> None:
    number = check_number(None, typed)
    assert number is None or number.value.isascii()


@given(st.integers(0, 99_999_999))
def test_one_wrong_digit_is_noticed(start: int) -> None:
    found = [n for n in range(10) if check_number("siren", f"{start:08}{n}")]
    assert len(found) == (1 if start else 0)
