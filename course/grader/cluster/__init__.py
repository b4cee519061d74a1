"""Running notebooks on other machines: Dask carries one submission there and its verdicts back, as bytes.

What leaves this machine: a notebook's cells, the files beside it, the seeds of its hidden cases, the limits.
What does not: who handed it in, the secret that all seeds come from, the solutions, the gradebook.
"""
