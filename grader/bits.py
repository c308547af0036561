"""What counts as equal: names, dtypes, shapes and bytes. This is the one definition.

An *item* (the parameters, one random stream) is a list of fields; two items are equal when every
field has the same name, dtype, shape and bytes, in the same order. So NaN equals the same NaN,
0.0 differs from -0.0, and nothing is ever "close". No torch here: the judge imports this file too.
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import GraderError

DIGEST_BYTES = 16
_HEADER = struct.Struct("<HHBQ")  # lengths of name and dtype, number of dimensions, bytes of data
_SHOWN = {  # dtypes whose elements can be shown to a person: struct code
    "float64": "d", "float32": "f", "float16": "e", "int64": "q", "int32": "i", "int16": "h",
    "int8": "b", "uint64": "Q", "uint32": "I", "uint16": "H", "uint8": "B", "bool": "?",
}  # fmt: skip


class UnpackError(GraderError):
    """The bytes are not a packed list of fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """One named array of an item: dtype and shape as text and numbers, contents as bytes."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two items part first: the field, what differs in it, and how many elements do."""

    field: str
    what: str  # "missing", "unexpected", "dtype", "shape", "value" or "order"
    expected: str
    found: str
    index: int | None = None
    differing: int = 0
    total: int = 0


def plain(name: str, value: object) -> Field:
    """Return a plain value as a field: its type stands for the dtype, and it has no dimension."""
    if isinstance(value, bool):
        return Field(name, "bool", (), struct.pack("<?", value))
    if isinstance(value, int):
        return Field(name, "int64", (), struct.pack("<q", value))
    if isinstance(value, float):
        return Field(name, "float64", (), struct.pack("<d", value))
    return Field(name, "none" if value is None else "str", (), repr(value).encode())


def digest(fields: Iterable[Field]) -> bytes:
    """Return 16 bytes that are equal for two items exactly when the items are (blake2b)."""
    state = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for field in fields:
        state.update(_header(field))
        state.update(field.data)
    return state.digest()


def first_difference(expected: Sequence[Field], found: Sequence[Field]) -> Difference | None:
    """Return the first difference between two items, or None if their bits are equal."""
    if list(expected) == list(found):
        return None  # also where two fields have one name, which the pairing below cannot tell
    actual = {field.name: field for field in found}
    for field in expected:
        other = actual.pop(field.name, None)
        if other is None:
            return Difference(field.name, "missing", _kind(field), "nothing")
        if other != field:
            return _field_difference(field, other)
    for field in actual.values():
        return Difference(field.name, "unexpected", "nothing", _kind(field))
    pairs = zip(expected, found, strict=False)
    ours, theirs = next((pair for pair in pairs if pair[0] != pair[1]), (found[-1], found[-1]))
    return Difference(ours.name, "order", ours.name, theirs.name)


def pack(items: Mapping[str, Sequence[Field]]) -> bytes:
    """Return *items* as bytes that `unpack` reads back; unlike a pickle they hold no code."""
    out = [struct.pack("<I", len(items))]
    for name, fields in items.items():
        encoded = name.encode()
        out.append(struct.pack("<HI", len(encoded), len(fields)) + encoded)
        for field in fields:
            out += (_header(field), field.data)
    return b"".join(out)


def unpack(data: bytes) -> dict[str, list[Field]]:
    """Return what `pack` was given.

    Raises:
        UnpackError: the bytes are cut short, too long, or no such list at all.
    """
    reader = _Reader(data)
    items: dict[str, list[Field]] = {}
    (count,) = reader.numbers("<I")
    for _ in range(count):
        length, fields = reader.numbers("<HI")
        name = reader.text(length)
        items[name] = [reader.field() for _ in range(fields)]
    if reader.position != len(data):
        message = f"{len(data) - reader.position} bytes follow the last field"
        raise UnpackError(message)
    return items


class _Reader:
    """Reads packed numbers, texts and fields, and refuses to read past the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, size: int) -> bytes:
        """Return the next *size* bytes."""
        end = self.position + size
        if end > len(self.data):
            message = f"{size} bytes wanted at {self.position}, only {len(self.data)} there"
            raise UnpackError(message)
        chunk = self.data[self.position : end]
        self.position = end
        return chunk

    def numbers(self, layout: str) -> tuple[int, ...]:
        """Return the next numbers, laid out as `struct` writes them."""
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def text(self, length: int) -> str:
        """Return the next *length* bytes as text; broken UTF-8 is shown, not refused."""
        return self.take(length).decode("utf-8", "backslashreplace")

    def field(self) -> Field:
        """Return the next field."""
        name_length, dtype_length, dimensions, size = _HEADER.unpack(self.take(_HEADER.size))
        name, dtype = self.text(name_length), self.text(dtype_length)
        shape = self.numbers(f"<{dimensions}q")
        return Field(name, dtype, shape, self.take(size))


def _header(field: Field) -> bytes:
    name, dtype = field.name.encode(), field.dtype.encode()
    sizes = _HEADER.pack(len(name), len(dtype), len(field.shape), len(field.data))
    return sizes + name + dtype + struct.pack(f"<{len(field.shape)}q", *field.shape)


def _kind(field: Field) -> str:
    return f"{field.dtype}{list(field.shape)}" if field.shape else show(field, 0)


def _field_difference(expected: Field, found: Field) -> Difference:
    if found.dtype != expected.dtype:
        return Difference(expected.name, "dtype", expected.dtype, found.dtype)
    if found.shape != expected.shape:
        shapes = (str(list(field.shape)) for field in (expected, found))
        return Difference(expected.name, "shape", next(shapes), next(shapes))
    return _value_difference(expected, found)


def _value_difference(expected: Field, found: Field) -> Difference:
    width = struct.calcsize(_SHOWN[expected.dtype]) if expected.dtype in _SHOWN else 1
    pairs = range(0, max(len(expected.data), len(found.data)), width)
    unequal = [
        at // width for at in pairs if expected.data[at : at + width] != found.data[at : at + width]
    ]
    index = unequal[0]
    ours, theirs = show(expected, index), show(found, index)
    if ours == theirs:  # NaN with another payload, True as another byte
        place = slice(index * width, (index + 1) * width)
        ours, theirs = (f"{ours} as {field.data[place].hex()}" for field in (expected, found))
    return Difference(expected.name, "value", ours, theirs, index, len(unequal), len(pairs))


def show(field: Field, index: int) -> str:
    """Return element *index* of a field as a person reads it (floats in shortest exact form)."""
    if field.dtype in {"str", "none"}:
        return field.data.decode("utf-8", "backslashreplace") or field.dtype
    code = _SHOWN.get(field.dtype)
    if code is None:
        return f"byte {field.data[index : index + 1].hex()}"
    width = struct.calcsize(code)
    chunk = field.data[index * width : (index + 1) * width]
    return repr(struct.unpack(f"<{code}", chunk)[0]) if len(chunk) == width else "nothing"
