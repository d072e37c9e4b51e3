"""`python -m bench.capacity`: simulate, and write tables and plots of docs/capacity.md anew. Some minutes on two cores; the same seed gives the same figures."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

from bench.capacity.document import DOCUMENT, plots, run, write


def main() -> None:
    with ProcessPoolExecutor() as pool:
        found = run(pool)
    DOCUMENT.write_text(write(DOCUMENT.read_text(encoding="utf-8"), found), encoding="utf-8")
    for name, drawn in plots(found).items():
        (DOCUMENT.parent / name).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
