"""A zip from strangers: what is in it, and of each file at most so many bytes. Nothing is unpacked anywhere.

No path of a zip ever becomes the path of a file: paths are only compared with patterns and shown.
"""

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # all that LMSs and desktops write
ENCRYPTED, UTF8 = 1, 0x800  # bits of a member's flags
MOST_MEMBERS = 20_000


class Refused(Exception):
    """A file of a zip, or a zip, that is not read: says why."""


@dataclass(frozen=True)
class Member:
    """One file in an open zip. `time` is the zip's own: year to second, of no known zone."""

    archive: zipfile.ZipFile
    info: zipfile.ZipInfo
    path: str
    time: tuple[int, ...]
    position: int

    @property
    def parts(self) -> tuple[str, ...]:
        """The path's folders and the name.

        Raises:
            Refused: for a path that leads out of the zip.
        """
        parts = self.path.replace("\\", "/").split("/")
        if not parts[0] or ":" in parts[0] or ".." in parts or "\0" in self.path:
            raise Refused("its path leads out of the zip")
        return tuple(part for part in parts if part not in ("", "."))

    def check(self) -> None:
        """Look at what the zip says of it.

        Raises:
            Refused: if it is no regular file, or packed in a way that is not read.
        """
        mode = self.info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise Refused("it is a link or a device, not a file")
        if self.info.flag_bits & ENCRYPTED:
            raise Refused("it is locked with a password")
        if self.info.compress_type not in PACKED:
            raise Refused("it is packed in an unusual way")

    def read(self, most: int) -> bytes:
        """Its content.

        Raises:
            Refused: if it is larger than `most` bytes, whatever the zip says, or broken.
        """
        self.check()
        if self.info.file_size > most:
            raise Refused(f"it is larger than {most >> 20} MB")
        try:
            with self.archive.open(self.info) as file:
                data = file.read(most + 1)
        except Exception as error:  # whatever a file made with care does to the reader
            raise Refused(f"it is broken: {error}") from None
        if len(data) > most:
            raise Refused(f"it is larger than {most >> 20} MB")
        return data


@contextmanager
def opened(source: Path | bytes) -> Iterator[zipfile.ZipFile]:
    """A zip to read from, given its path or its content.

    Raises:
        Refused: if it is none, or holds too many files.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except UnicodeDecodeError:
        raise Refused("a name in it is said to be UTF-8, and is not") from None
    except Exception as error:  # as above
        raise Refused(f"it cannot be read as a zip: {error}") from None
    with archive:
        if len(archive.infolist()) > MOST_MEMBERS:
            raise Refused(f"it holds more than {MOST_MEMBERS} files")
        yield archive


def members(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Its files, folders left out, in its own order."""
    for position, info in enumerate(archive.infolist()):
        if not info.filename.endswith(("/", "\\")):
            yield Member(archive, info, named(info), tuple(info.date_time), position)


def named(info: zipfile.ZipInfo) -> str:
    """A member's name. Many programs write UTF-8 and do not say so."""
    name = info.orig_filename
    if info.flag_bits & UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def shown(text: str) -> str:
    """A name as it may be printed: nothing in it steers a terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)[:200]


def odd(name: str) -> bool:
    """Whether a name is none for a file of ours."""
    return not name.isprintable() or len(name) > 100
