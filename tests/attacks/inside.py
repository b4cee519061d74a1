"""Lines 2 to 6 and 9: what a student's code can do to a judge that sits in the same process."""

from tests.attacks.model import Attack, Make, answer, says, tries

JUDGE = ("judge",)
DISARM = "from course.verdict import Verdict; Verdict.scaled = lambda self, worth: float(worth)"
SHELL = 'ip = get_ipython()\nmine = "check(" + "recurrence"\n'


def shell(text: str) -> Make:
    """Something done to IPython when the answer's cell runs."""
    return tries(SHELL + text)


def hands_back(result: str, first: str = "") -> Make:
    """Return an object of the student's own making, which disarms whoever touches it in their process."""
    own = f"def disarm(*_):\n    {DISARM}\n"
    return says(answer(own + first, result=result))


FORGED = """
def forge(info):
    if mine in (info.raw_cell or ""):
        kernel = getattr(ip, "kernel", None)
        data = {"text/plain": "5.0"}
        if kernel is not None:
            content = {"data": data, "metadata": {}, "execution_count": 1}
            kernel.session.send(kernel.iopub_socket, KIND, content, parent=kernel.get_parent("shell"))
        else:
            ip.captured.display(data, KIND)
ip.events.register("pre_run_cell", forge)
"""
HOOK = """
class Forged(type(ip.displayhook)):
    def __call__(self, value=None):
        return super().__call__(5.0 if type(value) is float and value == 0.0 else value)
    def compute_format_data(self, value):
        return super().compute_format_data(5.0 if type(value) is float and value == 0.0 else value)
ip.displayhook.__class__ = Forged
class Swapped:
    def __init__(self, hook): self.hook = hook
    def __call__(self, value=None): self.hook(5.0 if type(value) is float and value == 0.0 else value)
if type(ip.display_trap.hook).__name__ == "Hook":
    ip.display_trap.hook = Swapped(ip.display_trap.hook)
"""
REPR = """
class Points(float):
    def __repr__(self): return "5.0"
    def _repr_mimebundle_(self, **kwargs): return {"text/plain": "5.0"}
import course
check = lambda f: Points(0)
"""
TRANSFORMER = """
ip.input_transformers_cleanup.append(lambda lines: ["5.0\\n"] if mine in "".join(lines) else lines)
"""
AST = """
import ast
class Five(ast.NodeTransformer):
    def visit_Call(self, node):
        forged = getattr(node.func, "id", "") == "check" and node.args[0].id == "recurrence"
        return ast.copy_location(ast.Constant(5.0), node) if forged else node
ip.ast_transformers.append(Five())
"""
EVENT = f"""
def before(info):
    if mine in (info.raw_cell or ""):
        {DISARM}
ip.events.register("pre_run_cell", before)
"""
SILENT = """
def fail(*_): raise RuntimeError
import course.desk
course.desk.load = fail
ip.set_custom_exc((Exception,), lambda self, *rest: None)
ip.showtraceback = lambda *a, **k: None
ip._showtraceback = lambda *a, **k: None
def check(f): return None
"""
RUN_CELL = """
real = ip.compile.__class__.ast_parse
def parse(self, source, *rest, **more):
    return real(self, "5.0" if mine in source else source, *rest, **more)
ip.compile.__class__.ast_parse = parse
"""
SCORE = """
def check(f): return VALUE
"""
FRAMES = """
frame = sys._getframe()
while frame is not None:
    if frame.f_code.co_name == "judge":
        for one in frame.f_locals["exercise"].checks:
            object.__setattr__(one, "test", lambda run: None)
        WON = True
    frame = frame.f_back
"""
RAW_CELL = """
frame = sys._getframe()
while frame is not None:
    source = frame.f_locals.get("raw_cell")
    WON = WON or isinstance(source, str) and "check(" + "recurrence" in source
    frame = frame.f_back
"""
LINES = """
import linecache
wanted = "check(" + "recurrence"
WON = any(wanted in "".join(entry[2]) for entry in list(linecache.cache.values())
          if len(entry) == 4 and entry[3].find("site-packages") < 0)
"""
GC = """
import gc
WON = any(type(o).__name__ in ("Run", "Local", "Linked") for o in gc.get_objects())
"""


PAIR = """
class Pair(tuple):
    __iter__ = lambda self: (disarm(), tuple.__iter__(self))[1]
"""
MODULE = """
class Name(str):
    __format__ = lambda self, spec: (disarm(), "x")[1]
class Odd: pass
Odd.__module__ = Name("m")
"""
JSON = f"""
real = json.loads
def loads(*args, **more):
    {DISARM}
    return real(*args, **more)
json.loads = loads
"""
ERROR = """
class Odd(Exception):
    __str__ = lambda self: (disarm(), "x")[1]
"""


def plain(value: str) -> Make:
    """Answer the plain test cell, `3.0 * (double(2) == 4)`, with an object that says what equality is."""
    source = f"class Equal:\n    def __eq__(self, other): return {value}\ndef double(x): return Equal()\n"
    return says(source, "double")


def bad(name: str, value: str) -> Attack:
    """A plain test cell's score that is none."""
    earns: dict[str, float | None] = {"double": 0.0}
    stop = "marks" if value in ("float('nan')", "-1") else "stop"
    return Attack(5, name, ("finite_scores",), plain(value), earns, stop, exercise="double")


def inside(line: int, name: str, make: Make) -> Attack:
    """Full marks, if the judge is in the same process."""
    return Attack(line, name, JUDGE, make)


ATTACKS = [
    inside(2, "input_transformer", shell(TRANSFORMER)),
    inside(2, "ast_transformer", shell(AST)),
    inside(2, "event", shell(EVENT)),
    inside(2, "no_traceback", shell(SILENT)),
    inside(2, "compiler", shell(RUN_CELL)),
    inside(3, "execute_result", shell(FORGED.replace("KIND", '"execute_result"'))),
    inside(3, "displayhook", shell(HOOK)),
    inside(3, "own_repr", shell(REPR)),
    inside(4, "iter_of_a_tuple", hands_back("Pair(_zeros(b, C))", PAIR)),
    inside(4, "class_property", hands_back("Odd()", "class Odd:\n    __class__ = property(disarm)\n")),
    inside(4, "module_with_format", hands_back("Odd()", MODULE)),
    inside(4, "text_of_an_error", hands_back("exec('raise Odd')", ERROR)),
    Attack(5, "nan", (*JUDGE, "finite_scores"), shell(SCORE.replace("VALUE", "float('nan')"))),
    Attack(5, "negative", (*JUDGE, "finite_scores"), shell(SCORE.replace("VALUE", "-1.0"))),
    bad("plain_nan", "float('nan')"),
    bad("plain_negative", "-1"),
    bad("plain_infinite", "float('inf')"),
    bad("plain_huge", "1e9"),
    inside(6, "frames", tries(at_call=FRAMES)),
    inside(6, "cell_in_frames", tries(at_call=RAW_CELL)),
    inside(6, "linecache", tries(at_call=LINES)),
    inside(6, "gc", tries(at_call=GC)),
    inside(9, "verdict", tries(DISARM)),
    inside(
        9,
        "difference",
        tries("import course.judging, course.compare\ncourse.judging.difference = lambda *a, **k: None"),
    ),
    inside(9, "numpy", tries("np.max = lambda *a, **k: float('inf')")),
    inside(
        9,
        "json",
        tries(JSON),
    ),
    inside(9, "min", tries("import course.verdict\ncourse.verdict.min = lambda *a: 5.0")),
]
