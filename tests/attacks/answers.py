"""Lines 19, 20, 22 and 24: answers that are none, other people's answers, and answers out of turn."""

import json

import numpy as np

from course.exercise import Case, load
from course.grader.judged.seeds import secret_of, seed
from tests.attacks.model import HEAD, HONEST, Attack, Submission, answer, says, tries

HIDDEN = ("hidden_cases",)
LOST: dict[str, float | None] = {"recurrence": 0.0, "rnn_bptt": None, "double": None}


def written(submission: Submission, cases: list[Case]) -> None:
    """The answers to those cases, written down."""
    space: dict[str, object] = {}
    exec(HONEST, space)
    right, rows = space["recurrence"], {}
    known = [c.args for c in cases]
    for b, C in [*known, *[tuple(a / 2 for a in case) for case in known]]:
        rows[(b.tobytes() + C.tobytes()).hex()[:64]] = [np.asarray(r).tolist() for r in right(b, C)]  # type: ignore[operator]
    source = f"{HEAD}\nTABLE = json.loads({json.dumps(rows)!r})\ndef recurrence(b, C):\n"
    source += "    found = TABLE.get((b.tobytes() + C.tobytes()).hex()[:64])\n"
    source += "    return tuple(np.array(x) for x in found) if found else _zeros(b, C)\n"
    says(source)(submission)


def table(submission: Submission) -> None:
    """Everything that a student's own check asks."""
    written(submission, load("recurrence").public_cases())


def of_a_friend(submission: Submission) -> None:
    """All that, and the hidden cases of the class, learned from somebody who saw them."""
    exercise = load("recurrence")
    common = seed(secret_of(submission.room), "ps2", "", "recurrence", "")
    written(submission, exercise.public_cases() + exercise.draw(common))


KNOWN = """
from course.problem_sets.ps2.recurrence import exercise
known = [c.args for c in exercise.public_cases()]
known.append(tuple(a / 2 for a in known[-1]))
WON = any(x.shape == b.shape and np.array_equal(x, b) for x, _ in known)
"""
DESK = """
frame = sys._getframe()
while frame is not None:
    WON = WON or frame.f_code.co_filename.endswith("desk.py")
    frame = frame.f_back
"""
BPTT = "import numpy as np\nfrom course import RNN, rnn_loss, rnn_forward\ndef rnn_bptt(p, X, Y, h_0):\n"
ORACLE = (
    BPTT
    + """
    from course.problem_sets.ps2.rnn_bptt import exercise
    parts = exercise.oracle(p, X, Y, h_0)
    return RNN(*[parts[name] for name in RNN._fields]), parts["dh_0"], parts["dX"]
"""
)
SLOPES = (
    BPTT
    + """
    arrays = [*p, X, h_0]
    def loss(arrays):
        return rnn_loss(RNN(*arrays[:5]), arrays[5], Y, arrays[6])
    def slope(i):
        result = np.zeros(arrays[i].shape)
        for index in np.ndindex(arrays[i].shape):
            STEP
        return result
    found = [slope(i) for i in range(7)]
    return RNN(*found[:5]), found[6], found[5]
"""
)
COMPLEX = SLOPES.replace(
    "STEP",
    """moved = [a.astype(complex) for a in arrays]
            moved[i][index] += 1e-30j
            result[index] = loss(moved).imag / 1e-30""",
)
LONG = SLOPES.replace(
    "STEP",
    """values = []
            for h in (1, -1, 2, -2):
                moved = [a.astype(np.longdouble) for a in arrays]
                moved[i][index] += h * np.longdouble(1e-4)
                values.append(loss(moved))
            up, down, far, away = values
            result[index] = (8 * (up - down) - (far - away)) / np.longdouble(12e-4)""",
)
TORCH = (
    BPTT
    + """
    import torch
    leaves = [torch.tensor(a, requires_grad=True) for a in (*p, X, h_0)]
    W_hx, W_hh, b_h, W_qh, b_q, x, h = leaves
    total, start = 0.0, h
    for t in range(len(x)):
        h = torch.tanh(W_hx @ x[t] + W_hh @ h + b_h)
        total = total + 0.5 * ((W_qh @ h + b_q - torch.tensor(Y[t])) ** 2).sum() / len(x)
    grads = [g.numpy() for g in torch.autograd.grad(total, leaves)]
    return RNN(*grads[:5]), grads[6], grads[5]
"""
)


def derived(name: str, defence: str, source: str) -> Attack:
    """A derivative that nobody derived."""
    return Attack(20, name, (defence,), says(source, "rnn_bptt"), {"rnn_bptt": None}, exercise="rnn_bptt")


def accomplice(name: str, place: str) -> Attack:
    """Two students: the sandbox of one leaves the answer where that of the other looks for it."""
    text = f"WON = os.path.exists({place!r})\nopen({place!r}, 'w').write('the answer')"
    return Attack(22, name, ("private_files",), tries(text), twin=True)


SHARED = """
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
old = libc.shmget(0x6774, 4096, 0o666)
made = libc.shmget(0x6774, 4096, 0o1666)
WON = old >= 0
"""
WIRE = """
def to_all(*pieces, pause=0.0):
    for number in range(3, 40):
        try:
            if os.fstat(number).st_mode & 0o170000 == 0o140000:
                os.set_blocking(number, False)
                for piece in pieces:
                    os.write(number, piece)
                    time.sleep(pause)
                os.set_blocking(number, True)
        except OSError:
            pass
def message(value):
    text = json.dumps(value).encode()
    return struct.pack("<I", len(text)) + text
full = {"exercise": "recurrence",
    "outcomes": [{"name": "returns", "sentence": "", "points": 5, "passed": True}]}
verdict = {"verdict": full, "about": {"title": "", "chapter": "4 bptt"}, "gone": "", "missing": False,
    "outputs": [{"output_type": "execute_result", "data": {"text/plain": "5.0"}}], "error": None}
"""
DEEP = 'struct.pack("<4sIQ", b"GTT1", 1 << 20, 0) + b"[" * (1 << 20)'
HUGE = 'struct.pack("<4sIQ", b"GTT1", 100, 1 << 60)'
CLAIM = 'struct.pack("<4sIQ", b"GTT1", 1 << 20, 1 << 28)'
LISTS = 'struct.pack("<I", 15 << 20) + b"{\\"a\\":[" + b"[]," * ((15 << 20) // 3 - 4) + b"[]]}    "'


NEVER = "malformed messages are never obeyed"


def speaks(line: int, name: str, what: str, defence: tuple[str, ...] = (), at_cell: bool = False) -> Attack:
    """Write to every connection that the process has, from within a call or from the cell."""
    text = WIRE + (what if at_cell else "")
    make = says(answer(text, "" if at_cell else what))
    return Attack(
        line,
        name,
        defence,
        make,
        LOST,
        goal="time" if defence else "stop",
        why="malformed messages are never obeyed",
    )


DRIP = """
from course.frames import PREFIX
if os.fstat(4).st_mode & 0o170000 == 0o140000:
    os.write(4, PREFIX.pack(b"GTT1", 1 << 20, 0))
    end = time.time() + 40
    while time.time() < end:
        os.write(4, b" ")
        time.sleep(0.2)
"""
FLOOD = """
import threading
def flood():
    end = time.time() + 40
    while time.time() < end:
        to_all(b"[" * 60000)
threading.Thread(target=flood, daemon=True).start()
"""
REPLAY = """
from course.frames import encode
from course.calls import Callee
if not hasattr(Callee, "real"):
    Callee.real = Callee.call
    Callee.kept = []
    def call(self, frame):
        Callee.kept.append(self.real(frame))
        return Callee.kept[0]
    Callee.call = call
"""
PADDED = """
import course.calls
from course.frames import PREFIX, encode
def padded(value):
    frame = encode(value)
    magic, header, body = PREFIX.unpack(frame[: PREFIX.size])
    space = (1 << 20) - header
    end = PREFIX.size + header
    return PREFIX.pack(magic, header + space, body) + frame[PREFIX.size : end] + b" " * space + frame[end:]
course.calls.encode = padded
"""
BODY = "np.zeros((1 << 28) - 64, dtype=np.uint8)"
MANY = "tuple(np.zeros(0) for _ in range(9000))"


def returns(
    name: str, result: str, defence: tuple[str, ...] = (), why: str = "sizes have fixed caps"
) -> Attack:
    """A result that is hard to digest: never ungraded, and never at the others' cost."""
    return Attack(24, name, defence, says(answer(result=result)), LOST, goal="stop", why=why)


STREAM = """
from course.frames import PREFIX
size = 1 << 28
parts = {"t": [{"t": [{"a": 0}, {"a": 1}]}, None, None, {"f": "0x0.0p+0"}]}
arrays = [{"dtype": "|u1", "shape": [size]}, {"dtype": "<f8", "shape": [0]}]
head = json.dumps({"tree": parts, "arrays": arrays}).encode()
if os.fstat(4).st_mode & 0o170000 == 0o140000:
    link = socket.socket(fileno=os.dup(4))
    link.sendall(PREFIX.pack(b"GTT1", len(head), size) + head)
    for _ in range(size >> 20):
        link.sendall(bytes(1 << 20))
"""
STREAMED = speaks(24, "streamed", STREAM)  # the largest frame there can be; for the usual limits

ATTACKS = [
    Attack(19, "table", HIDDEN, table),
    Attack(19, "cases_of_a_friend", ("own_seeds",), of_a_friend),
    Attack(19, "compares", HIDDEN, tries(at_call=KNOWN)),
    Attack(19, "at_the_desk", ("judge",), tries(at_call=DESK)),
    derived("oracle", "timed_case", ORACLE),
    derived("complex_step", "timed_case", COMPLEX),
    derived("long_differences", "timed_case", LONG),
    derived("autograd", "hide_torch", TORCH),
    accomplice("in_tmp", "/tmp/gtt-accomplice"),
    accomplice("in_memory", "/dev/shm/gtt-accomplice"),
    Attack(22, "in_shared_memory", (), tries(SHARED), twin=True, why="of a piece with the other namespaces"),
    speaks(22, "forged_verdict", "to_all(message(verdict))"),
    speaks(22, "forged_in_advance", "to_all(*[message(verdict)] * 20)", at_cell=True),
    Attack(22, "replayed_frames", (), says(answer(REPLAY)), LOST, why="each call has new inputs"),
    speaks(24, "slow_drip", DRIP, ("deadlines",)),
    speaks(24, "flood", FLOOD),
    speaks(24, "deep_header", f"to_all({DEEP})"),
    speaks(24, "huge_claim", f"to_all({HUGE})"),
    speaks(24, "large_claim", f"to_all({CLAIM})"),
    speaks(24, "many_lists", f"to_all({LISTS})"),
    Attack(24, "padded_frames", ("link_budgets",), says(answer(PADDED, result="_right(b, C)")), LOST),
    returns("big_bytes", f"({BODY}, {BODY}[:9])"),
    returns("big_each_time", f"({BODY}.view(np.float64), np.zeros(3))"),
    returns("many_arrays", MANY),
    returns("long_text", "'x' * 900_000"),
]  # fmt: skip
