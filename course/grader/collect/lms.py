"""The names that Canvas and Moodle give to what was handed in.

Canvas, `lib/content_zipper.rb`: NAME[_LATE]_USER_FILE_…, all in one folder, where NAME is the sortable name
("Byron, Ada") in small letters without blanks and punctuation, and USER and FILE are Canvas's numbers; with
hidden names anon_CODE_FILE_…; what was typed in or linked is NAME[_LATE]_USER_text.html or …_link.html.

Moodle, `mod/assign/classes/downloader.php`: a folder NAME_NUMBER_assignsubmission_file for each student
(older versions: with a last underscore; by choice: no folder, and the file's name after it). NAME is the full
name without underscores, NUMBER is new in each assignment. With hidden names NAME is "Participant", or its
translation.
"""

import re
from dataclasses import dataclass

CANVAS = re.compile(r"(?P<name>.+?)(?P<late>_late)?_(?P<user>\d+)_(?P<file>\d+)_(?P<rest>.+)", re.I | re.S)
HIDDEN = re.compile(r"(?P<late>late_)?(?P<name>anon_[a-z0-9]+)_(?P<file>\d+)_(?P<rest>.+)", re.I | re.S)
TYPED = re.compile(r"(?P<name>.+?)(?P<late>_late)?_(?P<user>\d+)_(?P<kind>text|link)\.html", re.I | re.S)
MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<rest>.*))?", re.S
)


@dataclass(frozen=True)
class Handed:
    """What a path in an LMS's zip says.

    Attributes:
        label: what the LMS calls the student in this zip.
        name: the part of it that is a name.
        user: the LMS's number of the student, "" if it is not there.
        number: the LMS's number of the file, which grows with time; 0 if it is not there.
        late: whether the LMS says so.
        parts: folders and name of the file as the student had it; empty for what is no file.
    """

    label: str
    name: str
    user: str
    number: int
    late: bool
    parts: tuple[str, ...]


def understood(parts: tuple[str, ...]) -> Handed | None:
    """What a path says, or None. Folders around the LMS's own, as a zip made anew has them, do not matter."""
    for depth, part in enumerate(parts):
        last = depth == len(parts) - 1
        if found := MOODLE.fullmatch(part):
            below = parts[depth + 1 :] or ((found["rest"],) if found["rest"] else ())
            label = f"{found['name']}_{found['number']}"
            return Handed(label, found["name"], "", 0, False, below if found["kind"] == "file" else ())
        if last and (found := HIDDEN.fullmatch(part)):
            late = bool(found["late"])
            return Handed(found["name"], found["name"], "", int(found["file"]), late, (found["rest"],))
        if last and (found := CANVAS.fullmatch(part)):
            label, late = f"{found['name']}_{found['user']}", bool(found["late"])
            return Handed(label, found["name"], found["user"], int(found["file"]), late, (found["rest"],))
        if last and (found := TYPED.fullmatch(part)):
            label, late = f"{found['name']}_{found['user']}", bool(found["late"])
            return Handed(label, found["name"], found["user"], 0, late, ())
    return None
