"""Answers to `BPTT`."""

from typing import Any

import torch

from course.grader.bank import Answer, Bank

bank = Bank("BPTT")


@bank.reference
class BPTT(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        W_hx: torch.Tensor,
        W_hh: torch.Tensor,
        b_h: torch.Tensor,
        X: torch.Tensor,
        h_0: torch.Tensor,
    ) -> torch.Tensor:
        states = [h_0]
        for x_t in X:
            states.append(torch.tanh(x_t @ W_hx.T + states[-1] @ W_hh.T + b_h))
        H = torch.stack(states[1:])
        ctx.save_for_backward(W_hx, W_hh, X, h_0, H)
        return H

    @staticmethod
    def backward(ctx: Any, dH: torch.Tensor) -> tuple[torch.Tensor, ...]:
        W_hx, W_hh, X, h_0, H = ctx.saved_tensors
        before = torch.cat([h_0[None], H[:-1]])
        dA = torch.zeros_like(H)
        carry = torch.zeros_like(h_0)
        for t in reversed(range(len(X))):
            dA[t] = (dH[t] + carry) * (1 - H[t] ** 2)
            carry = dA[t] @ W_hh
        dW_hx = torch.einsum("tbh,tbd->hd", dA, X)
        dW_hh = torch.einsum("tbi,tbj->ij", dA, before)
        return dW_hx, dW_hh, dA.sum(dim=(0, 1)), dA @ W_hx, carry


@bank.right
class sum_over_uses(torch.autograd.Function):
    # Every ∂L/∂H_t is carried back by itself; the terms are added at each use.
    @staticmethod
    def forward(
        ctx: Any,
        W_hx: torch.Tensor,
        W_hh: torch.Tensor,
        b_h: torch.Tensor,
        X: torch.Tensor,
        h_0: torch.Tensor,
    ) -> torch.Tensor:
        H = X.new_zeros(X.shape[0], X.shape[1], W_hh.shape[0])
        h = h_0
        for t in range(X.shape[0]):
            h = torch.tanh(torch.nn.functional.linear(X[t], W_hx, b_h) + torch.nn.functional.linear(h, W_hh))
            H[t] = h
        ctx.save_for_backward(W_hx, W_hh, X, h_0, H)
        return H

    @staticmethod
    def backward(ctx: Any, dH: torch.Tensor) -> tuple[torch.Tensor, ...]:
        W_hx, W_hh, X, h_0, H = ctx.saved_tensors
        grads = [torch.zeros_like(a) for a in (W_hx, W_hh, W_hh[:, 0], X, h_0)]
        for t in range(len(X)):
            delta = dH[t]
            for k in range(t, -1, -1):
                delta = delta * (1 - H[k].square())
                grads[0] = grads[0] + delta.T @ X[k]
                grads[1] = grads[1] + delta.T @ (H[k - 1] if k else h_0)
                grads[2] = grads[2] + delta.sum(0)
                grads[3][k] += delta @ W_hx
                delta = delta @ W_hh
            grads[4] = grads[4] + delta
        return tuple(grads)


@bank.right
class one_sequence_at_a_time(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        W_hx: torch.Tensor,
        W_hh: torch.Tensor,
        b_h: torch.Tensor,
        X: torch.Tensor,
        h_0: torch.Tensor,
    ) -> torch.Tensor:
        rows = []
        for row in range(X.shape[1]):
            h, states = h_0[row], []
            for x in X[:, row]:
                h = torch.tanh(W_hx @ x + W_hh @ h + b_h)
                states.append(h)
            rows.append(torch.stack(states))
        H = torch.stack(rows, dim=1)
        ctx.save_for_backward(W_hx, W_hh, X, h_0, H)
        return H

    @staticmethod
    def backward(ctx: Any, dH: torch.Tensor) -> tuple[torch.Tensor, ...]:
        W_hx, W_hh, X, h_0, H = ctx.saved_tensors
        dW_hx, dW_hh, db = torch.zeros_like(W_hx), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])
        dX, dh_0 = torch.zeros_like(X), torch.zeros_like(h_0)
        for row in range(X.shape[1]):
            carry = torch.zeros_like(h_0[row])
            for t in range(X.shape[0] - 1, -1, -1):
                delta = (dH[t, row] + carry) * (1 - H[t, row] ** 2)
                dW_hx += torch.outer(delta, X[t, row])
                dW_hh += torch.outer(delta, H[t - 1, row] if t > 0 else h_0[row])
                db += delta
                dX[t, row] = W_hx.T @ delta
                carry = W_hh.T @ delta
            dh_0[row] = carry
        return dW_hx, dW_hh, db, dX, dh_0


ALL = {"one_step", "weights", "states"}
CARRY, TERM = "carry = dA[t] @ W_hh", "* (1 - H[t] ** 2)"
bank.edit("transposed", CARRY, CARRY + ".T", loses=ALL, slip="transpose")
bank.edit("slope_missing", TERM, "", loses=ALL, slip="slope_missing")
bank.edit("slope_twice", TERM, "* (1 - H[t] ** 2) ** 2", loses=ALL, slip="slope_twice")
bank.edit("slope_of_state", TERM, "* (1 - torch.tanh(H[t]) ** 2)", loses=ALL, slip="slope_of_state")
bank.edit("slope_one_early", TERM, "* (1 - before[t] ** 2)", loses=ALL, slip="slope_one_early")
bank.edit("carry_dropped", "(dH[t] + carry)", "dH[t]", loses={"weights", "states"}, slip="no_recurrence")
for _name, _uncut in (("chunked_3", "t"), ("chunked_3_from_the_end", "(len(X) - t)")):
    bank.edit(
        _name,
        "carry = dA[t] @ W_hh",
        f"carry = (dA[t] @ W_hh) * ({_uncut} % 3 != 0 or t == 0)",
        loses={"weights", "states"},
        slip=_name,
    )
bank.edit("later_state", "dA, before)", "dA, H)", loses={"one_step", "weights"}, slip="later_state")
bank.edit(
    "initial_state_zero",
    "h_0[None]",
    "0 * h_0[None]",
    loses={"one_step", "weights"},
    slip="first_use",
)
bank.edit(
    "mean_over_batch",
    "dA.sum(dim=(0, 1))",
    "dA.mean(dim=1).sum(0)",
    loses={"weights"},
    slip="factor_1/B@b_h",
)
bank.edit(
    "bias_of_last_step",
    "dA.sum(dim=(0, 1))",
    "dA[-1].sum(0)",
    loses={"weights"},
    slip="only_last_use@b_h",
)
bank.edit(
    "only_last_error",
    "(dH[t] + carry)",
    "(dH[t] * (t == len(X) - 1) + carry)",
    loses={"weights", "states"},
    slip="last_loss",
)
bank.edit(
    "initial_state_short",
    "dA @ W_hx, carry",
    "dA @ W_hx, dA[0]",
    loses={"one_step", "states"},
    slip="another_derivative@h_0",
)
bank.edit("bias_missing", " + b_h))", "))", loses={"forward"}, slip="ignores_b_h")
bank.edit("bias_gradient_none", "dA.sum(dim=(0, 1))", "None", loses={"returns"})
bank.edit(
    "single_precision", "torch.zeros_like(H)", "torch.zeros_like(H, dtype=torch.float32)", loses={"returns"}
)
bank.edit(
    "clamps_its_input",
    "        states = [h_0]\n",
    "        X.data.clamp_(-1, 1)\n        states = [h_0]\n",
    loses={"returns"},
)
bank.edit(
    "buffer_reused",
    "        H = torch.stack(states[1:])\n",
    "        H = BPTT.__dict__.get(str(X.shape))\n"
    "        H = torch.empty(len(X), *h_0.shape, dtype=X.dtype) if H is None else H\n"
    "        setattr(BPTT, str(X.shape), H)\n"
    "        H.data[:] = torch.stack(states[1:])\n",
    loses={"keeps"},
)


# Written from a description of the task alone, as a person would write them, mistakes and all.

FORWARD = """class BPTT(torch.autograd.Function):
    @staticmethod
    def forward(ctx, W_hx, W_hh, b_h, X, h_0):
        hs = [h_0]
        for x in X:
            hs.append(torch.tanh(x @ W_hx.T + hs[-1] @ W_hh.T + b_h))
        ctx.save_for_backward(W_hx, W_hh, X, torch.stack(hs))
        return torch.stack(hs[1:])

    @staticmethod
    def backward(ctx, dH):
        W_hx, W_hh, X, hs = ctx.saved_tensors
        gWx, gWh, gb = 0, 0, 0
        gX = torch.zeros_like(X)
        back = torch.zeros_like(hs[0])
        for t in range(len(X), 0, -1):
            da = (dH[t - 1] + back) * (1 - hs[t] ** 2)
            gWx, gWh, gb = gWx + da.T @ X[t - 1], gWh + da.T @ hs[t - 1], gb + da.sum(0)
            gX[t - 1] = da @ W_hx
            back = da @ W_hh
        return gWx, gWh, gb, gX, back
"""
bank.answers["in_one_loop"] = Answer("in_one_loop", FORWARD, right=True)
SUMS = "gWx, gWh, gb = gWx + da.T @ X[t - 1], gWh + da.T @ hs[t - 1], gb + da.sum(0)"
bank.edit(
    "assigned_not_added",
    SUMS,
    "gWx, gWh, gb = da.T @ X[t - 1], da.T @ hs[t - 1], da.sum(0)",
    of="in_one_loop",
    loses={"weights"},
    slip="only_first_use",
)
bank.edit(
    "bias_averaged_over_everything",
    "return gWx, gWh, gb,",
    "return gWx, gWh, gb / (X.shape[0] * X.shape[1]),",
    of="in_one_loop",
    loses={"weights"},
    slip="factor_1/T·B@b_h",
)
bank.edit(
    "weights_averaged_over_the_batch",
    "return gWx, gWh, gb,",
    "return gWx / X.shape[1], gWh / X.shape[1], gb / X.shape[1],",
    of="in_one_loop",
    loses={"weights"},
    slip="factor_1/B@W_hx+W_hh+b_h",
)
bank.edit(
    "slope_after_adding",
    "(dH[t - 1] + back) * (1 - hs[t] ** 2)",
    "dH[t - 1] * (1 - hs[t] ** 2) + back",
    of="in_one_loop",
    loses={"weights", "states"},
    slip="carry_after_slope",
)
bank.edit(
    "back_without_slope",
    "back = da @ W_hh",
    "back = (dH[t - 1] + back) @ W_hh",
    of="in_one_loop",
    loses={*ALL},
    slip="carry_unsloped",
)
bank.edit(
    "back_added_up",
    "back = da @ W_hh",
    "back = back + da @ W_hh",
    of="in_one_loop",
    loses={"weights", "states"},
    slip="carry_summed",
)
bank.edit(
    "inputs_shifted",
    "gX[t - 1] = da @ W_hx",
    "gX[t - 2] = da @ W_hx",
    of="in_one_loop",
    loses={"states"},
    slip="early_around@X",
)


# Right numbers, but by autograd: the task asks for a backward pass of one's own.

LOOP = """def run(W_hx, W_hh, b_h, X, h_0):
    states = [h_0]
    for x in X:
        states.append(torch.tanh(x @ W_hx.T + states[-1] @ W_hh.T + b_h))
    return torch.stack(states[1:])


class BPTT(torch.autograd.Function):
    @staticmethod
    def forward(ctx, *inputs):
        ctx.save_for_backward(*inputs)
        return run(*inputs)

    @staticmethod
    def backward(ctx, dH):
"""
WAYS = {
    "autograd_in_backward": """        leaves = [a.detach().requires_grad_() for a in ctx.saved_tensors]
        with torch.enable_grad():
            H = run(*leaves)
        return torch.autograd.grad(H, leaves, dH)
""",
    "vector_jacobian_product": """        return torch.func.vjp(run, *ctx.saved_tensors)[1](dH)
""",
    "backward_called": """        leaves = [a.detach().clone().requires_grad_() for a in ctx.saved_tensors]
        with torch.enable_grad():
            (run(*leaves) * dH).sum().backward()
        return tuple(leaf.grad for leaf in leaves)
""",
}
for _name, _way in WAYS.items():
    bank.answers[_name] = Answer(_name, LOOP + _way, right=False, loses=frozenset({"returns"}))

GRAPH_OF_FORWARD = LOOP.replace(
    "        ctx.save_for_backward(*inputs)\n        return run(*inputs)\n",
    "        ctx.leaves = [a.detach().requires_grad_() for a in inputs]\n"
    "        with torch.enable_grad():\n"
    "            ctx.H = run(*ctx.leaves)\n"
    "        return ctx.H.detach()\n",
)
bank.answers["graph_kept_from_forward"] = Answer(
    "graph_kept_from_forward",
    GRAPH_OF_FORWARD + "        return torch.autograd.grad(ctx.H, ctx.leaves, dH)\n",
    right=False,
    loses=frozenset({"returns"}),
)
bank.edit("dH_overwritten", "dA = torch.zeros_like(H)", "dA = dH", loses={"keeps"})
bank.edit(
    "gradients_clipped",
    "return dW_hx, dW_hh, dA.sum(dim=(0, 1)), dA @ W_hx, carry",
    "found = dW_hx, dW_hh, dA.sum(dim=(0, 1)), dA @ W_hx, carry\n"
    "        return tuple(g.clamp(-40, 40) for g in found)",
    loses={"weights", "states"},
    slip="clipped",
)


@bank.right
class one_system_a_row(torch.autograd.Function):
    # (I − N)ᵀ λ = dH with N block subdiagonal: all steps of a row at once.
    @staticmethod
    def forward(ctx: Any, *given: torch.Tensor) -> torch.Tensor:
        W_hx, W_hh, b_h, X, h_0 = given
        both, states = torch.cat([W_hx, W_hh], 1), [h_0]
        for x in X.unbind():
            states += [(torch.cat([x, states[-1]], 1) @ both.mT + b_h).tanh()]
        ctx.save_for_backward(W_hx, W_hh, X, torch.stack(states))
        return torch.stack(states)[1:]

    @staticmethod
    def backward(ctx: Any, dH: torch.Tensor) -> tuple[torch.Tensor, ...]:
        W_hx, W_hh, X, H = ctx.saved_tensors
        T, B, h = dH.shape
        dA = torch.empty_like(dH)
        for b in range(B):
            slopes = 1 - H[1:, b].square()
            system = torch.eye(T * h, dtype=dH.dtype, device=dH.device)
            for t in range(1, T):
                system[t * h : (t + 1) * h, (t - 1) * h : t * h] = -slopes[t][:, None] * W_hh
            dA[:, b] = torch.linalg.solve(system.mT, dH[:, b].flatten()).view(T, h) * slopes
        rows = dA.flatten(0, 1)
        weights = rows.mT @ X.flatten(0, 1), rows.mT @ H[:-1].flatten(0, 1)
        return *weights, rows.sum(0), dA @ W_hx, dA[0] @ W_hh


bank.edit(
    "index_below_zero",
    "torch.cat([h_0[None], H[:-1]])",
    "torch.cat([H[-1:], H[:-1]])",
    loses={"one_step", "weights"},
    slip="state_around@W_hh",
)
bank.edit(
    "carry_averaged",
    "carry = dA[t] @ W_hh",
    "carry = (dA[t] @ W_hh).mean(0).expand_as(h_0)",
    loses=ALL - {"one_step"},
    slip="carry_averaged",
)
bank.edit(
    "carry_of_the_batch",
    "carry = dA[t] @ W_hh",
    "carry = (dA[t] @ W_hh).sum(0).expand_as(h_0)",
    loses=ALL - {"one_step"},
    slip="carry_of_the_batch",
)
bank.edit(
    "sums_over_the_batch",
    'torch.einsum("tbi,tbj->ij", dA, before)',
    "dA.sum(1).mT @ before.mean(1)",
    loses={"weights"},
    slip="states_of_the_batch@W_hh",
)
bank.edit(
    "forward_transposed",
    "states[-1] @ W_hh.T",
    "states[-1] @ W_hh",
    loses={"forward"},
    slip="forward_transposed",
)
bank.edit(
    "step_1_not_reached",
    "reversed(range(len(X)))",
    "range(len(X) - 1, 0, -1)",
    loses={"one_step", "states", "weights"},
    slip="step_1_not_reached",
)
bank.edit(
    "sums_kept_as_states",
    "X, h_0, H)\n        return",
    "X, h_0, torch.atanh(H))\n        return",
    loses={"one_step", "states", "weights"},
    slip="sums_kept_as_states",
)
