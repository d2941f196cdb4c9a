"""What every test run needs before torch is imported."""

import os

# Tiny networks gain nothing from threads, and on a busy machine threads that wait for each other
# make the suite several times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
