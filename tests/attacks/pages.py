"""Lines 16, 17, 21 and 23: what reaches the feedback page, and what would be unpacked by who reads it."""

from dataclasses import replace

from tests.attacks.model import HEAD, LEAK, Attack, Json, Make, Submission, adds, answer, both, edits, says

HONEST: dict[str, float | None] = {}
HALVES = '"LE" + "AK7"'
OUTPUTS, MARKDOWN, SILENCE, BARE = ("plain_outputs",), ("plain_markdown",), ("silence",), ("bare_exceptions",)


def shows(name: str, call: str) -> Attack:
    """Display something active, before anything is judged."""
    source = f"from IPython.display import *\nleak = {HALVES}\nless = chr(60)\n{call}"
    return Attack(16, name, OUTPUTS, adds("code", source, "imports"), HONEST, "active")


def writes(name: str, text: str) -> Attack:
    """Write something active into Markdown."""
    return Attack(16, name, MARKDOWN, adds("markdown", text, "imports"), HONEST, "active")


def echoes(name: str, body: str, defence: tuple[str, ...], mark: str = LEAK) -> Attack:
    """Say what the judge's inputs were while the judge calls, and answer wrongly."""
    source = f"{HEAD}\nleak = {HALVES}\ndef recurrence(b, C):\n    {body}\n    return _zeros(b, C)\n"
    return Attack(21, name, defence, says(source), goal="page", mark=mark)


def later(name: str, source: str, mark: str = LEAK, defence: tuple[str, ...] = SILENCE) -> Attack:
    """Keep the judge's inputs of one exercise, and show them in a later cell."""
    keeps = answer(at_call="SEEN.append((b, C))", result="_right(b, C)")
    text = f"leak = {HALVES}\nassert SEEN\n{source}"
    return Attack(
        23, name, defence, both(says(keeps), adds("code", text, "recurrence")), HONEST, "page", mark=mark
    )


UNPICKLED = """
class Opened:
    def __reduce__(self):
        return (open, ("{room}/unpickled", "w"))
"""


def pickles(name: str, result: str, first: str = "") -> Attack:
    """Something that does harm when it is unpickled, where the judge might do so."""

    def make(submission: Submission) -> None:
        text = answer(UNPICKLED.replace("{room}", str(submission.room)) + first, result=result)
        says(text)(submission)

    lost: dict[str, float | None] = {"recurrence": 0.0, "rnn_bptt": None, "double": None}
    return Attack(17, name, (), make, lost, goal="files", why="nothing of ours unpickles")


def pickled_files(*names: str) -> Make:
    """Hand in pickles."""

    def make(submission: Submission) -> None:
        for name in names:
            place = str(submission.room / "unpickled").encode()
            submission.attach(name, b"cbuiltins\nopen\n(S'" + place + b"'\nS'w'\ntR.")

    return make


RAW = """
import pickle
def to_all(data):
    for number in range(3, 40):
        try:
            if os.fstat(number).st_mode & 0o170000 == 0o140000:
                os.set_blocking(number, False)
                os.write(number, data)
        except OSError:
            pass
"""
IMAGE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

RUNS = 'display(HTML(f"{less}script>{leak}{less}/script>"))'
DRAWS = """
svg = f"{less}svg xmlns='http://www.w3.org/2000/svg'>{less}text>{leak}{less}/text>{less}/svg>"
display(SVG(svg))
"""
SHOWN = "from IPython.display import display; display({'text/plain': leak}, raw=True)"
PIXELS = """
import matplotlib.pyplot as plt
plt.figure(figsize=(1, 1)); plt.imshow(SEEN[-1][0]); plt.show()
"""
BOMB = "$\\frac{a}{b}" + "x" * 400 + "$\n\n" + "xformula0x " * 500
PICTURE = "![x](attachment:x) " * 400


def pictures(book: Json) -> None:
    """One attached picture, shown many times."""
    data = IMAGE + "A" * 40_000  # decoders stop at the picture's end
    forms = {"x": {"image/png": data}}
    book["cells"].insert(
        1,
        {"cell_type": "markdown", "id": "pictures", "metadata": {}, "source": PICTURE, "attachments": forms},
    )


def formulas(book: Json) -> None:
    """Many different formulas in each of several cells."""
    for number in range(8):
        text = "\n".join(
            f"$x_{{{number},{i}}} + \\frac{{a}}{{b}}" + "+\\sqrt{y}" * 50 + "$" for i in range(300)
        )
        book["cells"].insert(
            1, {"cell_type": "markdown", "id": f"formulas-{number}", "metadata": {}, "source": text}
        )


OURS = "it is made for our pages"


def slows(name: str, make: Make, goal: str = "time") -> Attack:
    """Markdown that is slow to render, or becomes large."""
    return Attack(13, name, (), make, HONEST, goal=goal, why="what a page takes has fixed caps", unsafe=OURS)


ATTACKS = [
    slows("formula_bomb", adds("markdown", BOMB, "imports"), "size"),
    slows("picture_bomb", edits(pictures), "size"),
    slows("formula_flood", edits(formulas)),
    slows("open_formulas", adds("markdown", "\\(" * 60_000, "imports")),
    slows("open_equations", adds("markdown", "\\begin{equation}" * 60_000, "imports")),
    shows("script", RUNS),
    shows("iframe", 'display(HTML(f"{less}iframe srcdoc=\'{leak}\'>"))'),
    shows("svg", DRAWS),
    shows("style", 'display(HTML(f"{less}style>.{leak} {{display:none}}{less}/style>"))'),
    shows("javascript", 'display(HTML(f"{less}img src=x onerror={leak}>"))'),
    replace(shows("policy", RUNS), defence=(*OUTPUTS, "content_policy"), goal="runs"),
    writes("markdown_script", f"<script>{LEAK}</script>"),
    writes("markdown_frame", f'<iframe src="x{LEAK}"></iframe>'),
    writes("markdown_handler", f"<img src=x onerror={LEAK}>"),
    writes("markdown_link", f"[press](javascript:{LEAK})"),
    writes("markdown_reference", f"[press][1]\n\n[1]:\n   javascript:{LEAK}\n"),
    writes("markdown_picture", f"![x](http://127.0.0.1/{LEAK}.png)"),
    pickles("returned", "Opened()"),
    pickles("in_an_array", "np.array([Opened()], dtype=object), 1"),
    pickles("on_the_wire", "(to_all(pickle.dumps(Opened())), _zeros(b, C))[1]", RAW),
    Attack(17, "attached", (), pickled_files("a.pkl", "a.npy"), HONEST, "files", why="no pickles"),
    replace(echoes("printed", "print(leak, b)", ()), why="what a call prints is dropped"),
    replace(echoes("displayed", SHOWN, ()), why="what a call displays is dropped"),
    echoes("error_message", "raise ValueError(leak + str(b))", BARE),
    echoes("error_name", "raise type(leak, (Exception,), {})", BARE),
    echoes("type_name", "return type(leak, (), {})()", BARE),
    echoes("in_numbers", "return 0 * b + 77000 + 123.75, _zeros(b, C)[1]", SILENCE, "77123.75"),
    echoes("in_shapes", "return np.zeros((77000 + 123, 0)), _zeros(b, C)[1]", SILENCE, "77123"),
    echoes("in_counts", "return ((0, '') * 3562)[:7123]", SILENCE, "7123 results"),
    later("printed", "print(leak, SEEN)"),
    later("as_result", "leak + str(SEEN)"),
    later("as_pixels", PIXELS, "data:image/png"),
    later("error", "raise ValueError(leak + str(SEEN))", LEAK, (*SILENCE, *BARE)),
    later("to_stderr", "import sys; print(leak, SEEN, file=sys.stderr)"),
]  # fmt: skip
