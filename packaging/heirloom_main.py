"""Where the bundled program begins; from source it is the command `heirloom` (`app.cli:main`)."""

import multiprocessing
import os
import sys


def _provide_streams() -> None:
    """Give a Windows program without a console somewhere to print to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


if __name__ == "__main__":
    # The processes that load training data are this program again: here they go their own way.
    multiprocessing.freeze_support()
    _provide_streams()
    from app.cli import main

    sys.exit(main())
