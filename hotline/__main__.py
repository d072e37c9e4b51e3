"""`python -m hotline`: the `hotline` command without its script."""

import sys

from hotline.cli import main

if __name__ == "__main__":
    sys.exit(main())
