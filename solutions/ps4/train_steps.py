"""Answers to `train_steps`."""

import torch

from course.grader.bank import Answer, Bank

bank = Bank("train_steps")


@bank.reference
def train_steps(
    weights: list[torch.Tensor],
    batches: list[list[tuple[torch.Tensor, torch.Tensor]]],
    max_norm: float,
    lr: float,
) -> tuple[list[list[torch.Tensor]], list[float]]:
    params = [w.clone().requires_grad_() for w in weights]
    trajectory, norms = [], []
    for batch in batches:
        for w in params:
            w.grad = None
        N = sum(X.shape[1] for X, _ in batch)
        for X, Y in batch:
            W_hx, W_hh, b_h, W_qh, b_q = params
            h, loss = X.new_zeros(X.shape[1], len(b_h)), X.new_zeros(())
            for x, y in zip(X, Y, strict=True):
                h = torch.tanh(x @ W_hx.T + h @ W_hh.T + b_h)
                loss = loss + 0.5 * ((h @ W_qh.T + b_q - y) ** 2).sum() / len(X)
            torch.autograd.backward(loss / N)
        grads = [torch.zeros_like(w) if w.grad is None else w.grad for w in params]
        norm = torch.stack([(g**2).sum() for g in grads]).sum().sqrt().item()
        factor = max_norm / norm if norm > max_norm else 1.0
        with torch.no_grad():
            for w, g in zip(params, grads, strict=True):
                w -= lr * factor * g
        trajectory.append([w.detach().clone() for w in params])
        norms.append(norm)
    return trajectory, norms


TOOLS = """def train_steps(weights, batches, max_norm, lr):
    W_hx, W_hh, b_h, W_qh, b_q = weights
    h, d = W_hx.shape
    net = torch.nn.RNN(d, h, dtype=W_hx.dtype, device=W_hx.device)
    out = torch.nn.Linear(h, len(b_q), dtype=W_hx.dtype, device=W_hx.device)
    params = [net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0, out.weight, out.bias]
    with torch.no_grad():
        net.bias_hh_l0.zero_()
        for p, w in zip(params, weights):
            p.copy_(w)
    optimizer = torch.optim.SGD(params, lr=lr)
    trajectory, norms = [], []
    for batch in batches:
        optimizer.zero_grad()
        total = sum(X.shape[1] for X, Y in batch)
        for X, Y in batch:
            O = out(net(X)[0])
            loss = 0.5 * ((O - Y) ** 2).sum(dim=2).mean()
            (loss * X.shape[1] / total).backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(params, max_norm)))
        optimizer.step()
        trajectory.append([p.detach().clone() for p in optimizer.param_groups[0]["params"][:5]])
    return trajectory, norms
"""
bank.answers["torchs_own_tools"] = Answer("torchs_own_tools", TOOLS, right=True)

FUNCTIONAL = """def train_steps(weights, batches, max_norm, lr):
    def loss(ws, X, Y):
        W_hx, W_hh, b_h, W_qh, b_q = ws
        h, O = torch.zeros_like(X[0] @ W_hx.T), []
        for x in X:
            h = torch.tanh(torch.addmm(b_h, x, W_hx.T) + h @ W_hh.T)
            O.append(h)
        return 0.5 * (torch.stack(O) @ W_qh.T + b_q - Y).square().sum(-1).mean()

    path, norms, ws = [], [], [w.detach() for w in weights]
    for batch in batches:
        X, Y = (torch.cat(parts, dim=1) for parts in zip(*batch))
        leaves = [w.clone().requires_grad_(True) for w in ws]
        flat = torch.cat([g.reshape(-1) for g in torch.autograd.grad(loss(leaves, X, Y), leaves)])
        norms.append(flat.norm().item())
        flat = flat * min(1.0, max_norm / norms[-1])
        new = []
        for w, piece in zip(ws, flat.split([w.numel() for w in ws])):
            new.append(w - lr * piece.view(w.shape))
        ws = new
        path.append(ws)
    return path, norms
"""
bank.answers["one_batch_and_pure_functions"] = Answer("one_batch_and_pure_functions", FUNCTIONAL, right=True)

BY_HAND = """def train_steps(weights, batches, max_norm, lr):
    W_hx, W_hh, b_h, W_qh, b_q = weights
    trajectory, norms = [], []
    for batch in batches:
        total = [0 * w for w in (W_hx, W_hh, b_h, W_qh, b_q)]
        N = 0
        for X, Y in batch:
            N += X.shape[1]
            H = [torch.zeros(X.shape[1], len(b_h), dtype=X.dtype, device=X.device)]
            for x in X:
                H.append(torch.tanh(x @ W_hx.T + H[-1] @ W_hh.T + b_h))
            back = torch.zeros_like(H[0])
            for t in range(len(X), 0, -1):
                e = (H[t] @ W_qh.T + b_q - Y[t - 1]) / len(X)
                da = (e @ W_qh + back) * (1 - H[t] ** 2)
                terms = (da.T @ X[t - 1], da.T @ H[t - 1], da.sum(0), e.T @ H[t], e.sum(0))
                total = [a + b for a, b in zip(total, terms)]
                back = da @ W_hh
        total = [g / N for g in total]
        norm = float(torch.stack([g.norm() for g in total]).norm())
        if norm > max_norm:
            total = [g / norm * max_norm for g in total]
        W_hx, W_hh, b_h, W_qh, b_q = [w - lr * g for w, g in zip((W_hx, W_hh, b_h, W_qh, b_q), total)]
        trajectory.append((W_hx, W_hh, b_h, W_qh, b_q))
        norms.append(norm)
    return trajectory, norms
"""
bank.answers["backward_by_hand"] = Answer("backward_by_hand", BY_HAND, right=True)

SOME = {"trajectory"}
FACTOR, LOSS = "max_norm / norm if norm > max_norm else 1.0", "torch.autograd.backward(loss / N)"
bank.edit("never_clipped", FACTOR, "1.0", loses={"clipped_step", "trajectory"}, slip="unclipped")
bank.edit("always_scaled", FACTOR, "max_norm / norm", loses={"plain_step", "micro_batches", "trajectory"})
bank.edit(
    "divided_only", FACTOR, "1 / norm if norm > max_norm else 1.0", loses={"clipped_step", "trajectory"}
)
bank.edit(
    "each_tensor_by_itself",
    "lr * factor * g",
    "lr * g * (max_norm / max(max_norm, g.norm()))",
    loses={"clipped_step", "trajectory"},
    slip="per_tensor",
)
bank.edit(
    "each_entry_by_itself",
    "lr * factor * g",
    "lr * g.clamp(-max_norm, max_norm)",
    loses={"clipped_step", "trajectory"},
    slip="by_value",
)
bank.edit(
    "mean_over_the_micro_batch",
    LOSS,
    "torch.autograd.backward(loss / X.shape[1] / len(batch))",
    loses={"micro_batches", "trajectory", "norms"},
    slip="mean_of_means",
)
bank.edit(
    "means_added",
    LOSS,
    "torch.autograd.backward(loss / X.shape[1])",
    loses={"micro_batches", "trajectory", "norms"},
    slip="sum_of_means",
)
bank.edit(
    "sum_over_sequences",
    LOSS,
    "loss.backward()",
    loses={"plain_step", "micro_batches", "trajectory", "norms"},
)
bank.edit(
    "gradients_left_from_before",
    "            w.grad = None\n",
    "            pass\n",
    loses={"trajectory"},
    slip="raw_not_zeroed",
)
bank.edit(
    "zeroed_for_each_piece",
    "        for X, Y in batch:\n",
    "        for X, Y in batch:\n            for w in params:\n                w.grad = None\n",
    loses={"micro_batches", "trajectory", "norms"},
    slip="last_piece",
)
bank.edit("ascent", "w -= lr", "w += lr", loses={"plain_step", "clipped_step", "micro_batches", "trajectory"})
bank.edit(
    "norms_after",
    "norms.append(norm)",
    "norms.append(norm * factor)",
    loses={"norms", "trajectory"},
    slip="norm_after",
)
bank.edit("norms_squared", "norms.append(norm)", "norms.append(norm**2)", loses={"norms", "trajectory"})
bank.edit(
    "norm_of_the_first_step",
    "norms.append(norm)",
    "norms.append(norms[0] if norms else norm)",
    loses={"trajectory"},
)
bank.edit(
    "largest_norm_so_far", "norms.append(norm)", "norms.append(max([norm, *norms]))", loses={"trajectory"}
)
bank.edit(
    "norms_of_tensors_added",
    "torch.stack([(g**2).sum() for g in grads]).sum().sqrt()",
    "torch.stack([g.norm() for g in grads]).sum()",
    loses={"plain_step", "clipped_step", "trajectory", "norms"},
)
bank.edit(
    "rows_are_the_parameters",
    "[w.detach().clone() for w in params]",
    "[w.detach() for w in params]",
    loses={"trajectory"},
    slip="same_tensors",
)
bank.edit(
    "state_carried_over",
    "            h, loss = X.new_zeros(X.shape[1], len(b_h)), X.new_zeros(())\n",
    "            h, loss = 0.1 * X.new_ones(X.shape[1], len(b_h)), X.new_zeros(())\n",
    loses={"plain_step", "clipped_step", "micro_batches", "trajectory", "norms"},
)
bank.edit(
    "time_summed", ".sum() / len(X)", ".sum()", loses={"plain_step", "micro_batches", "trajectory", "norms"}
)
bank.edit(
    "single_precision",
    "[w.detach().clone() for w in params]",
    "[w.detach().float() for w in params]",
    loses={"plain_step", "clipped_step", "micro_batches", "trajectory"},
    slip="precision",
)
bank.edit(
    "start_included",
    "trajectory, norms = [], []",
    "trajectory, norms = [[w.clone() for w in weights]], []",
    loses={"returns"},
)
bank.edit("weights_changed", "w.clone().requires_grad_()", "w.requires_grad_()", loses={"returns"})
bank.edit(
    "output_layer_not_clipped",
    "w -= lr * factor * g",
    "w -= lr * (factor if g.shape != weights[3].shape else 1.0) * g",
    loses={"clipped_step", "trajectory"},
)
bank.edit(
    "output_layer_left_out_of_the_norm",
    "for g in grads])",
    "for g in grads[:3]])",
    loses={"clipped_step", "trajectory", "norms"},
)
bank.edit(
    "goes_on_where_it_ended",
    "    params = [w.clone().requires_grad_() for w in weights]\n",
    "    params = [w.clone().requires_grad_() for w in weights]\n"
    "    params = train_steps.__dict__.setdefault(str(max_norm), params)\n",
    loses={"keeps"},
)
bank.edit(
    "generator_used_up_by_the_first_clip",
    "    trajectory, norms = [], []\n",
    "    params = (p for p in params)\n    trajectory, norms = [], []\n",
    of="torchs_own_tools",
    loses={"trajectory"},
    slip="first_step_clipped",
)
bank.edit(
    "generator_used_up_by_the_optimizer",
    "    optimizer = torch",
    "    params = (p for p in params)\n    optimizer = torch",
    of="torchs_own_tools",
    loses={"clipped_step", "trajectory", "norms"},
    slip="unclipped",
)
bank.edit(
    "zero_grad_forgotten",
    "        optimizer.zero_grad()\n",
    "",
    of="torchs_own_tools",
    loses={"trajectory"},
    slip="not_zeroed",
)
bank.edit(
    "each_share_clipped",
    LOSS,
    "shares = torch.autograd.grad(loss / N, params)\n"
    "            size = float(torch.cat([g.flatten() for g in shares]).norm())\n"
    "            for w, g in zip(params, shares):\n"
    "                g = g * min(1.0, max_norm / size)\n"
    "                w.grad = g if w.grad is None else w.grad + g",
    of="never_clipped",
    loses={"trajectory", "norms"},
    slip="per_micro_batch",
)
CLIP_ROW = "        norms.append(float(torch.nn.utils.clip_grad_norm_(params, max_norm)))\n"
STEP_ROW, BACK_ROW = "        optimizer.step()\n", "            (loss * X.shape[1] / total).backward()\n"
bank.edit(
    "step_before_clip",
    CLIP_ROW + STEP_ROW,
    STEP_ROW + CLIP_ROW,
    of="torchs_own_tools",
    loses={"clipped_step", "trajectory"},
    slip="unclipped",
)
bank.edit(
    "clipped_after_each_piece",
    BACK_ROW,
    BACK_ROW + "            torch.nn.utils.clip_grad_norm_(params, max_norm)\n",
    of="torchs_own_tools",
    loses={"trajectory", "norms"},
    slip="clipped_within",
)
bank.edit(
    "step_after_each_piece",
    BACK_ROW,
    "            optimizer.zero_grad()\n"
    "            loss.backward()\n"
    "            torch.nn.utils.clip_grad_norm_(params, max_norm)\n"
    "            optimizer.step()\n"
    "            optimizer.zero_grad()\n",
    of="torchs_own_tools",
    loses={"micro_batches", "trajectory", "norms"},
    slip="a_step_each",
)
bank.edit(
    "both_biases_trained",
    "SGD(params, lr=lr)",
    "SGD([*params, net.bias_hh_l0], lr=lr)",
    of="torchs_own_tools",
    loses=SOME,
)

bank.edit(
    "counted_in_the_first_step",
    "N = sum(X.shape[1] for X, _ in batch)",
    "N = sum(X.shape[1] for X, _ in batches[0])",
    loses={"trajectory"},
)
# One mistake with other norms beside it.
APPENDED, SQUARED = "norms.append(norm)", "norms.append(norm**2)"
bank.edit(
    "each_tensor_by_itself_and_the_last_norm",
    APPENDED,
    "norms.append(float(grads[-1].norm()))",
    of="each_tensor_by_itself",
    loses={"clipped_step", "trajectory", "norms"},
    slip="per_tensor",
)
bank.edit(
    "clipped_after_each_piece_alone",
    "            torch.nn.utils.clip_grad_norm_(params, max_norm)\n" + CLIP_ROW,
    "            norm = torch.nn.utils.clip_grad_norm_(params, max_norm)\n"
    "        norms.append(float(norm))\n",
    of="clipped_after_each_piece",
    loses={"trajectory"},
    slip="clipped_within",
)
# Two at once.
bank.edit(
    "never_clipped_and_squared",
    APPENDED,
    SQUARED,
    of="never_clipped",
    loses={"clipped_step", "trajectory", "norms"},
)
bank.edit(
    "each_tensor_by_itself_and_the_first_norm",
    APPENDED,
    "norms.append(float(grads[0].norm()))",
    of="each_tensor_by_itself",
    loses={"clipped_step", "trajectory", "norms"},
)
bank.edit(
    "means_added_and_squared",
    APPENDED,
    SQUARED,
    of="means_added",
    loses={"micro_batches", "trajectory", "norms"},
)
bank.edit(
    "left_from_before_and_norms_after",
    APPENDED,
    "norms.append(norm * factor)",
    of="gradients_left_from_before",
    loses={"trajectory", "norms"},
)
bank.edit(
    "rows_are_the_parameters_and_norms_after",
    APPENDED,
    "norms.append(norm * factor)",
    of="rows_are_the_parameters",
    loses={"trajectory", "norms"},
    slip="same_tensors norm_after",
)
