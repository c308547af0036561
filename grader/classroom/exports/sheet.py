"""A CSV as Canvas and spreadsheet programs write it: with or without a BOM, with , or ;."""

import csv
import io
from dataclasses import dataclass

from grader.errors import UsageError

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and rows as long as it; empty lines are left out.

    Attributes:
        lines: the line of the file on which each row ends, for messages.
        bom: the file began with a byte order mark, which Excel wants.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    delimiter: str = ","
    bom: bool = False


def read(data: bytes, name: str) -> Sheet:
    """Return what a CSV holds; *name* is what a message calls it.

    Raises:
        UsageError: it is not UTF-8, not CSV, empty, or a row is longer than the header.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        message = f"{name}: byte {problem.start} is not UTF-8; save it again as 'CSV UTF-8'"
        raise UsageError(message) from problem
    bom, text = text.startswith(_BOM), text.removeprefix(_BOM)
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        numbered = [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as problem:
        message = f"{name}, line {reader.line_num}: not CSV ({problem}); export it again"
        raise UsageError(message) from problem
    if not numbered:
        message = f"{name}: empty; its first line names the columns"
        raise UsageError(message)
    (_, header), *rest = numbered
    for line, row in rest:
        missing = len(header) - len(row)
        if missing < 0:
            message = (
                f"{name}, line {line}: {len(row)} cells, but {len(header)} columns; "
                "quote a cell that has a comma in it"
            )
            raise UsageError(message)
        row.extend([""] * missing)
    return Sheet(
        header=[cell.strip() for cell in header],
        rows=[row for _, row in rest],
        lines=[line for line, _ in rest],
        delimiter=delimiter,
        bom=bom,
    )


def write(sheet: Sheet) -> bytes:
    """Return the CSV that `read` gives back; a cell is quoted only where it has to be.

    Lines end in CR LF, because only then does Python quote a cell with either of them.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=sheet.delimiter, lineterminator="\r\n")
    writer.writerow(sheet.header)
    writer.writerows(sheet.rows)
    return (_BOM * sheet.bom + out.getvalue()).encode()
