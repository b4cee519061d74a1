"""The notation page: every displayed line gives a name to something, so there is nothing to check."""

from checks.registry import definition

definition(
    "eq-notation-network",
    r"""
    a_t = W_{hx} x_t + W_{hh} h_{t-1} + b_h, \qquad h_t = \phi(a_t), \qquad o_t = W_{qh} h_t + b_q
    """,
)
definition("eq-notation-loss", r"L = \frac{1}{T} \sum_{t=1}^{T} \ell_t, \qquad \ell_t = \ell(o_t, y_t)")
definition("eq-notation-logistic", r"\sigma(a) = \frac{1}{1 + e^{-a}}")
definition("eq-notation-slopes", r"D_t = \diag(\phi'(a_t)), \qquad \gamma = \sup_{a} \abs{\phi'(a)}")
definition(
    "eq-notation-jacobian",
    r"""
    \Bigl[ \frac{\partial u}{\partial v} \Bigr]_{ij} = \frac{\partial u_i}{\partial v_j}
    """,
)
definition(
    "eq-notation-gradient",
    r"""
    \Bigl[ \frac{\partial L}{\partial v} \Bigr]_{\beta} = \frac{\partial L}{\partial v_{\beta}}, \qquad
    \frac{\partial L}{\partial v} = \Bigl( \frac{\partial u}{\partial v} \Bigr)\T \frac{\partial
    L}{\partial u} \quad \text{if } L \text{ depends on } v \text{ through } u
    """,
)
definition(
    "eq-notation-direct",
    r"""
    \frac{\direct h_t}{\partial w} = \frac{\partial f(x_t, h, w)}{\partial w} \bigg|_{h = h_{t-1}},
    \qquad \frac{\dd h_t}{\dd w} = \frac{\dd}{\dd w} f\bigl(x_t, h_{t-1}(w), w\bigr)
    """,
)
definition(
    "eq-notation-names",
    r"""
    \delta_t = \frac{\partial L}{\partial a_t}, \qquad G_{t,k} = \frac{\partial \ell_t}{\partial
    W_{hh}^{(k)}}
    """,
)
definition(
    "eq-notation-order",
    r"""
    \frac{\dd h_t}{\dd h_k} = \frac{\partial h_t}{\partial h_{t-1}}\, \frac{\partial h_{t-1}}{\partial
    h_{t-2}} \cdots \frac{\partial h_{k+1}}{\partial h_k}, \qquad \frac{\dd h_k}{\dd h_k} = I
    """,
)
definition(
    "eq-notation-norms",
    r"""
    \norm{v} = \sqrt{\sum_i v_i^2}, \qquad \norm{G} = \sqrt{\sum_{i,j} G_{ij}^2}, \qquad \smax(W) =
    \max_{\norm{v} = 1} \norm{W v}, \qquad \rho(W) = \max_i \abs{\lambda_i(W)}
    """,
)
