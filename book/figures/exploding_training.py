"""Measure the exponents of chapter 7: 44 networks of 1000 units; writes data/exploding.json."""

import json

from figures.exploding_edge import CURVES, DOTS, FILE, measured


def main() -> None:
    """Run every network of the picture and keep its exponent to five decimals."""
    found = {name: [round(float(measured(name, g)), 5) for g in DOTS[name]] for name in CURVES}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
