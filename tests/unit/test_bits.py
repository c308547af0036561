"""What counts as equal is exactly bits: no flip escapes, nothing is close, nothing is guessed."""

import math
import struct
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.bits import (
    DIGEST_BYTES,
    Field,
    UnpackError,
    digest,
    first_difference,
    pack,
    show,
    unpack,
)

WIDTHS = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int16": 2, "uint8": 1,
    "bool": 1, "complex64": 8,
}  # fmt: skip
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """Draw one array of any dtype, shape and contents."""
    dtype = draw(st.sampled_from(sorted(WIDTHS)))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    size = WIDTHS[dtype] * math.prod(shape)
    return Field(draw(NAMES), dtype, shape, draw(st.binary(min_size=size, max_size=size)))


ITEMS = st.lists(fields(), max_size=4)
UNIQUE = st.lists(fields(), max_size=4, unique_by=lambda field: field.name)


def scalar(dtype: str, data: bytes) -> Field:
    """Return a single number."""
    return Field("x", dtype, (), data)


@given(ITEMS)
def test_an_item_equals_itself(item: list[Field]):
    """Whatever its bits are, also with NaN in it and with two fields of one name."""
    copy = [replace(field, data=bytes(bytearray(field.data))) for field in item]

    assert first_difference(item, copy) is None
    assert digest(item) == digest(copy)
    assert DIGEST_BYTES == len(digest(item))


@given(ITEMS, ITEMS)
def test_digests_are_equal_exactly_when_there_is_no_difference(
    expected: list[Field], found: list[Field]
):
    """The short form and the long form of equality are one."""
    same = first_difference(expected, found) is None

    assert same is (expected == found)
    assert same is (digest(expected) == digest(found))


@settings(max_examples=200)
@given(UNIQUE, st.data())
def test_one_flipped_bit_is_found_named_and_located(item: list[Field], data: st.DataObject):
    """Any bit of any element: the field, the element, and what it was and is, differ in words."""
    hit = data.draw(st.sampled_from([at for at, field in enumerate(item) if field.data] or [-1]))
    assume(hit >= 0)
    field = item[hit]
    bit = data.draw(st.integers(0, 8 * len(field.data) - 1))
    flipped = bytearray(field.data)
    flipped[bit // 8] ^= 1 << bit % 8
    found = [*item[:hit], replace(field, data=bytes(flipped)), *item[hit + 1 :]]

    difference = first_difference(item, found)

    assert difference is not None
    assert (field.name, "value", 1) == (difference.field, difference.what, difference.differing)
    assert difference.index is not None
    width = len(field.data) // difference.total
    assert bit // 8 // width == difference.index
    assert difference.expected != difference.found
    assert digest(item) != digest(found)


@given(UNIQUE, st.data())
def test_dtype_and_shape_differ_though_the_bytes_are_equal(item: list[Field], data: st.DataObject):
    """Four bytes are not the same as a float32 and as an int32, nor as a row and as a column."""
    assume(item)
    hit = data.draw(st.integers(0, len(item) - 1))
    field = item[hit]
    for what, other in (
        ("dtype", replace(field, dtype="int32")),
        ("shape", replace(field, shape=(*field.shape, 1))),
    ):
        found = [*item[:hit], other, *item[hit + 1 :]]

        difference = first_difference(item, found)

        assert difference is not None
        assert (field.name, what) == (difference.field, difference.what)
        assert digest(item) != digest(found)


@given(UNIQUE, st.data())
def test_a_missing_and_an_unexpected_field_are_named(item: list[Field], data: st.DataObject):
    """What is not there is a difference, on either side."""
    assume(item)
    lost = data.draw(st.integers(0, len(item) - 1))
    rest = [*item[:lost], *item[lost + 1 :]]

    missing, unexpected = first_difference(item, rest), first_difference(rest, item)

    assert missing is not None
    assert unexpected is not None
    assert (item[lost].name, "missing") == (missing.field, missing.what)
    assert (item[lost].name, "unexpected") == (unexpected.field, unexpected.what)


@given(UNIQUE, st.randoms(use_true_random=False))
def test_another_order_differs_and_the_first_field_out_of_place_is_named(
    item: list[Field], random: Random
):
    """Parameters that swapped places are another model."""
    shuffled = random.sample(item, len(item))
    assume(shuffled != item)

    difference = first_difference(item, shuffled)

    pairs = zip(item, shuffled, strict=True)
    assert difference is not None
    assert "order" == difference.what
    assert difference.field == next(ours.name for ours, theirs in pairs if ours != theirs)
    assert digest(item) != digest(shuffled)


@pytest.mark.parametrize(
    ("dtype", "code", "one", "other"),
    [
        ("float64", "<d", 0.0, -0.0),
        ("float32", "<f", 0.0, -0.0),
        ("float64", "<d", 1.0, math.nextafter(1.0, 2.0)),
        ("int64", "<q", 2**53, 2**53 + 1),
    ],
)
def test_what_python_or_a_float_calls_equal_may_differ(
    dtype: str, code: str, one: float, other: float
):
    """Zeros have a sign, and the last bit counts."""
    difference = first_difference(
        [scalar(dtype, struct.pack(code, one))], [scalar(dtype, struct.pack(code, other))]
    )

    assert difference is not None
    assert (repr(one), repr(other)) == (difference.expected, difference.found)


def test_a_nan_equals_itself_and_no_nan_with_another_payload():
    """NaN is bits like any other; the report shows them where the words are equal."""
    quiet, other = struct.pack("<Q", 0x7FF8 << 48), struct.pack("<Q", 0x7FF8 << 48 | 1)

    difference = first_difference([scalar("float64", quiet)], [scalar("float64", other)])

    assert first_difference([scalar("float64", quiet)], [scalar("float64", quiet)]) is None
    assert difference is not None
    assert "nan" in difference.expected
    assert "nan" in difference.found
    assert difference.expected != difference.found


@given(st.dictionaries(NAMES, ITEMS, max_size=3))
def test_what_is_packed_is_unpacked(items: dict[str, list[Field]]):
    """Names, dtypes, shapes, bytes and all orders survive."""
    assert list(items.items()) == list(unpack(pack(items)).items())


@given(st.dictionaries(NAMES, ITEMS, max_size=3), st.data())
def test_a_cut_packing_is_refused(items: dict[str, list[Field]], data: st.DataObject):
    """A file that a kill cut short is never read as a shorter one."""
    whole = pack(items)

    with pytest.raises(UnpackError):
        unpack(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.dictionaries(NAMES, ITEMS, max_size=3), st.binary(min_size=1, max_size=20))
def test_a_packing_with_something_after_it_is_refused(items: dict[str, list[Field]], tail: bytes):
    """Nothing hides behind the last field."""
    with pytest.raises(UnpackError, match=f"{len(tail)} bytes follow"):
        unpack(pack(items) + tail)


@given(st.binary(max_size=200))
def test_any_bytes_are_unpacked_or_refused(data: bytes):
    """A learner's process may write anything into the exchange file."""
    try:
        items = unpack(data)
    except UnpackError:
        return
    assert all(isinstance(field, Field) for fields in items.values() for field in fields)


@given(fields(), st.integers(0, 30))
def test_any_element_can_be_shown(field: Field, index: int):
    """Showing never fails, also where the bytes do not make whole elements."""
    assert show(field, index)
    assert show(replace(field, data=field.data[:-1]), index)
    assert show(replace(field, dtype="str"), index)
