"""Where the bundled program begins; from source it is the command `heirloom` (`app.cli:main`)."""

import multiprocessing
import os
import sys


def _provide_streams() -> None:
    """Give a Windows program without a console somewhere to print to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _restore_library_path() -> None:
    """Let programs that Heirloom starts, such as the file manager, find their own libraries.

    The bundle's start-up points this variable at the bundle; the dynamic linker read it then and
    does not read it again, so this process is not affected.
    """
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    elif sys.platform.startswith("linux"):
        os.environ.pop("LD_LIBRARY_PATH", None)


if __name__ == "__main__":
    _provide_streams()
    _restore_library_path()
    # The processes that load training data are this program again: here they go their own way.
    multiprocessing.freeze_support()
    # What torch compiles needs a C++ compiler and torch's headers, which users do not have.
    os.environ.setdefault("TORCH_COMPILE_DISABLE", "1")
    from app.cli import main

    sys.exit(main())
