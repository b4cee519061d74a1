"""Reading what a student handed in, whatever it is: a file that is no notebook is an empty notebook."""

import base64
import binascii
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_CELLS, MAX_SOURCE, MAX_ATTACHMENT = 1000, 1 << 20, 4 << 20
IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


class Unreadable(Exception):
    """The file is no notebook: says why, for the student."""


@dataclass
class Cell:
    """One submitted cell: text, and the grade id that it claims."""

    kind: str
    source: str
    grade_id: str = ""
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a regular file that is not larger than `most`; follows no link, waits for no device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Unreadable("it was not handed in") from None
    except OSError:
        raise Unreadable("it is not a regular file") from None
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        raise Unreadable("it is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(most + 1) if about.st_size <= most else b""
    if about.st_size > most or len(data) > most:
        raise Unreadable(f"it is larger than {most >> 20} MB")
    return data


def read_cells(data: bytes) -> list[Cell]:
    """The cells of a notebook, of format 4 or 3; anything that is not a cell is left out."""
    try:
        book = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable("it is not a notebook") from None
    if type(book) is not dict:
        raise Unreadable("it is not a notebook")
    cells = book.get("cells")
    if type(cells) is not list:  # format 3 has sheets of cells
        sheets = book.get("worksheets")
        first = sheets[0] if type(sheets) is list and sheets else None
        cells = first.get("cells") if type(first) is dict else None
    if type(cells) is not list:
        raise Unreadable("it has no cells")
    return [cell for cell in map(_cell, cells[:MAX_CELLS]) if cell is not None]


def _cell(data: Any) -> Cell | None:
    if type(data) is not dict:
        return None
    kind = data.get("cell_type")
    source = data.get("source", data.get("input", ""))
    if type(source) is list:
        source = "".join(line for line in source if type(line) is str)
    if type(source) is not str or len(source) > MAX_SOURCE:
        return None
    source = source.encode("utf-8", "replace").decode("utf-8")  # lone surrogates cannot be written again
    metadata = data.get("metadata")
    about = metadata.get("nbgrader") if type(metadata) is dict else None
    grade_id = about.get("grade_id") if type(about) is dict else ""
    name = grade_id if type(grade_id) is str else ""
    return Cell("code" if kind == "code" else "markdown", source, name, _attachments(data.get("attachments")))


def _attachments(data: Any) -> dict[str, dict[str, str]]:
    """Pictures pasted into a Markdown cell: PNG and JPEG only."""
    kept: dict[str, dict[str, str]] = {}
    for name, forms in data.items() if type(data) is dict else ():
        for form, text in forms.items() if type(forms) is dict else ():
            if form in IMAGES and type(text) is str and is_image(text, form, MAX_ATTACHMENT):
                kept[str(name)[:200]] = {form: text}
    return dict(list(kept.items())[:20])


def is_image(text: str, form: str, most: int) -> bool:
    """Whether base64 `text` of at most `most` characters begins as a picture of that form does."""
    if len(text) > most:
        return False
    try:
        return base64.b64decode("".join(text.split()), validate=True).startswith(IMAGES[form])
    except (binascii.Error, ValueError):
        return False
