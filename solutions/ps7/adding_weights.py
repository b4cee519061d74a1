"""Answers to `adding_weights`: networks set by hand in three ways, and a trained one."""

import numpy as np

from course.adding import Adder
from course.grader.bank import Bank

bank = Bank("adding_weights")


@bank.reference
def adding_weights() -> Adder:
    # One cell. A mark opens its input gate, the forget gate never closes, and numbers so small that tanh is
    # straight are added up. No weight leads from the state back: the cell alone carries them.
    small, wide = 0.01, 20.0
    W_x = np.array([[0.0, 2 * wide], [0.0, 0.0], [small, 0.0], [0.0, 0.0]])
    W_h = np.zeros((4, 1))
    b = np.array([-wide, wide, 0.0, wide])
    W_qh, b_q = np.array([[1 / small]]), np.zeros(1)
    return Adder(W_x, W_h, b, W_qh, b_q)


@bank.right
def through_the_state() -> Adder:
    # Both forget gates are shut. The first unit says the marked number, the second repeats what it and the
    # first said one step earlier: a plain recurrence. At the end the first may have one more to say.
    small, wide = 0.001, 20.0
    W_x, W_h, b = np.zeros((8, 2)), np.zeros((8, 2)), np.zeros(8)
    b[[0, 1]], b[[2, 3]], b[[6, 7]] = (-wide, wide), -wide, wide
    W_x[0, 1], W_x[4, 0], W_h[5] = 2 * wide, small, 1.0
    W_qh = np.array([[1 / small, 1 / small]])
    return Adder(W_x, W_h, b, W_qh, np.zeros(1))


@bank.right
def two_drawers() -> Adder:
    # One unit counts marks. Each of two others has an input gate that opens at the mark of its own turn.
    small, wide = 0.01, 20.0
    W_x, W_h, b = np.zeros((12, 2)), np.zeros((12, 3)), np.zeros(12)
    b[3:6], b[9:] = wide, wide  # nothing is forgotten, everything is said
    W_x[[6, 7], 0] = small
    W_x[8, 1], b[2] = wide, wide  # the counter: 1, then 2; it says tanh(1), then tanh(2)
    W_x[[0, 1], 1] = 2 * wide
    W_h[[0, 1], 2] = -60.0, 52.5
    b[[0, 1]] = -wide, -60.0
    return Adder(W_x, W_h, b, np.array([[1 / small, 1 / small, 0.0]]), np.zeros(1))


@bank.right
def trained() -> Adder:
    # Eight units, trained by Adam on lengths from 15 to 180, kept in half precision.
    import base64

    kept = (
        "HDiVNfo3hjmZNAdA0LNIsDm7jUa1s0gwNzfOK103MjuqLU8sGzchMRYw2TKHqjCufTnLvDI2SClQsG82ZCyOOK2vwrjeLsgx"
        "VzmrMmMxXrCpPN+0GTMWFeW2RqzwMTE5TaerMJq47LjaNx0s+zR9sCU5xDr9tMOs/bYjLzg10zIEsMKr/i80M2s0+ag5JYeq"
        "zTKEL3c2kjOnOFU1JrcANS04I7w+s7q4DDmArdMstLaGLFE4RTMhp7ezNzG3tairLjiauMS7MLtQMdGvTzwpt3EjELm2qQS3"
        "vjB2Lkc1xonhNDWqkjJmN4007Tattkavb5yRJQw4MbImOAmxAbYfp50w/DVFsL0daTjwMHw0JTWpLjY0AqoysyQwk7DDtMk0"
        "4jYXtdIxfwF0N1atKK9aMDmpQSyGtO+zz7UpsZ8y96v5vEE64jo+PLK5mLrGuVI6s7VarMUqfDQttdSw3THONgMwajKQrPs3"
        "f6jELDG4ki5gsb41irSptds0ObR8MpysfbHFl5cxC7aNspcvrjdztOUsqbEKOH0r6jjQLUuzgSyeNR+v4icOJhWtei2zNRQt"
        "8zKurYCl+jajtnQ0O7YPsH0umrGer+8zFCIfNPGq07M1NjSqE7F2LWCoMTi0Mui0xLGNs7SdRrMWs9GvHbC6tqOfCjLiNXyt"
        "XjiXM98hsLOPNAIxMyRgJzo8KDYWtBQ1jDGVtXgwWLb6OWi0MzRYKywxozFir8+xqjORrv+s9CWMsTgxBjcoNr45ryZlt7o2"
        "k7seOzA76DhGs7q3HbYFOpYzgrXstpi4TbcLplc2SLYONUW2M7gTMJasPzkwK5q1j7Udso80FLaTN7UvqjQbMoA1vDXDMG40"
        "NcGkuK43/zDOQyxEDkQoRE9FYURrRKRDTbQyODMtzTQJtQczMbY2MWgynrL5LDU4oT16ue+x6KdqtSs1QjF7NEg8Bav5r6k1"
        "9DQ="
    )
    numbers = np.frombuffer(base64.b64decode(kept), dtype="<f2")
    shapes = ((32, 2), (32, 8), (32,), (1, 8), (1,))
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    return Adder(*[part.reshape(shape) for part, shape in zip(np.split(numbers, ends), shapes, strict=True)])


@bank.right
def from_a_file() -> Adder:
    # Two units add with opposite signs and are subtracted; in single precision and through a file.
    import io

    small, wide = np.float32(0.01), np.float32(20)
    W_x, b = np.zeros((8, 2), np.float32), np.zeros(8, np.float32)
    W_x[:2, 1], W_x[4:6, 0] = 2 * wide, (small, -small)
    b[:2], b[2:4], b[6:] = -wide, wide, wide
    W_qh = np.array([[0.5, -0.5]], np.float32) / small
    file = io.BytesIO()
    np.savez(file, W_x=W_x, W_h=np.zeros((8, 2)), b=b, W_qh=W_qh, b_q=np.zeros(1, np.float32))
    file.seek(0)
    with np.load(file) as loaded:
        return Adder(**loaded)


ADDS = {"adds"}
bank.edit("says_one", "np.array([[1 / small]]), np.zeros(1)", "np.zeros((1, 1)), np.ones(1)", loses=ADDS)
bank.edit("says_zero", "np.array([[1 / small]])", "np.zeros((1, 1))", loses=ADDS)
bank.edit("last_number_only", "[0.0, 0.0], [small, 0.0]", "[0.0, -2 * wide], [small, 0.0]", loses=ADDS)
bank.edit("last_number_and_a_half", "np.zeros(1)", "np.full(1, 0.5)", loses=ADDS, of="last_number_only")
bank.edit("mean_of_the_two", "1 / small", "0.5 / small", loses=ADDS)
bank.edit("negative", "1 / small", "-1 / small", loses=ADDS)
bank.edit("sum_of_all", "np.array([-wide, wide", "np.array([wide, wide", loses=ADDS)
bank.edit("counts_marks", "[small, 0.0]", "[0.0, small]", loses=ADDS)
bank.edit("gate_half_open", "[0.0, 2 * wide]", "[0.0, wide]", loses=ADDS)
bank.edit("opens_at_large_numbers", "[0.0, 2 * wide]", "[2 * wide, 0.0]", loses=ADDS)
bank.edit("no_memory", "np.array([-wide, wide", "np.array([-wide, -wide", loses=ADDS)
bank.edit("half_forgotten", "np.array([-wide, wide", "np.array([-wide, 0.0", loses=ADDS)
bank.edit("no_forget_bias_to_speak_of", "np.array([-wide, wide", "np.array([-wide, 1.0", loses=ADDS)
bank.edit("fades", "np.array([-wide, wide", "np.array([-wide, 4.0", loses=ADDS)
bank.edit(
    "right_at_its_length_only",
    "np.array([-wide, wide, 0.0, wide])\n    W_qh, b_q = np.array([[1 / small]]), np.zeros(1)",
    "np.array([-4.6, wide, 0.0, wide])\n    W_qh, b_q = np.array([[1 / small]]), np.full(1, -0.24)",
    loses={"shorter", "longer"},
)
bank.edit(
    "made_up_for_at_its_length",
    "np.array([-wide, wide, 0.0, wide])\n    W_qh, b_q = np.array([[1 / small]])",
    "np.array([-wide, 5.0, 0.0, wide])\n    W_qh, b_q = np.array([[1.17 / small]])",
    loses={"longer"},
)
bank.edit("right_up_to_a_hundred", "np.array([-wide, wide", "np.array([-wide, 6.0", loses={"longer"})
bank.edit("too_large_for_tanh", "0.01, 20.0", "1.0, 20.0", loses=ADDS)
bank.edit("offset", "np.zeros(1)", "np.full(1, 0.2)", loses=ADDS)
bank.edit("state_never_said", "0.0, wide])", "0.0, -wide])", loses=ADDS)
bank.edit(
    "gates_in_another_order",
    "[0.0, 0.0], [small, 0.0], [0.0, 0.0]]",
    "[0.0, 0.0], [0.0, 0.0], [small, 0.0]]",
    loses=ADDS,
)
bank.edit(
    "second_unit_not_wholly_heard",
    "[[1 / small, 1 / small]]",
    "[[0.6 / small, 1 / small]]",
    loses={"everywhere"},
    of="through_the_state",
)
bank.edit(
    "first_drawer_only",
    "[[1 / small, 1 / small, 0.0]]",
    "[[1 / small, 0.0, 0.0]]",
    loses=ADDS,
    of="two_drawers",
)
RETURNS = {"returns"}
bank.edit("transposed", "return Adder(W_x,", "return Adder(W_x.T,", loses=RETURNS)
bank.edit("readout_flat", "np.array([[1 / small]])", "np.array([1 / small])", loses=RETURNS)
bank.edit("without_bias", "return Adder(W_x, W_h, b, W_qh, b_q)", "return W_x, W_h, b, W_qh", loses=RETURNS)
bank.edit("not_a_number", "np.zeros(1)", "np.full(1, np.nan)", loses=RETURNS)
bank.edit("overflowed", "1 / small", "np.exp(1 / small * 10)", loses=RETURNS)
bank.edit("complex_weights", "W_h = np.zeros((4, 1))", "W_h = np.full((4, 1), 1j)", loses=RETURNS)
bank.edit("a_dictionary", "b_q)", "b_q)._asdict()", loses=RETURNS)
bank.edit(
    "nothing", "    return Adder(W_x, W_h, b, W_qh, b_q)", "    Adder(W_x, W_h, b, W_qh, b_q)", loses=RETURNS
)
bank.edit(
    "file_left_at_home",
    "return Adder(W_x, W_h, b, W_qh, b_q)",
    'return Adder(**np.load("adding_weights.npz"))',
    loses=RETURNS,
)
bank.edit(
    "too_many_units",
    "return Adder(W_x, W_h, b, W_qh, b_q)",
    "k = 33\n    blank = np.zeros((4 * k, k))\n"
    "    return Adder(np.repeat(W_x, k, 0), blank, np.repeat(b, k), np.repeat(W_qh, k, 1) / k, b_q)",
    loses=RETURNS,
)
bank.edit(
    "drifts_with_every_call",
    "return Adder(W_x, W_h, b, W_qh, b_q)",
    "kept = adding_weights.__dict__.setdefault('kept', [])\n"
    "    kept.append(1)\n"
    "    return Adder(W_x, W_h, b, W_qh, b_q + 1e-9 * len(kept))",
    loses={"keeps"},
)
