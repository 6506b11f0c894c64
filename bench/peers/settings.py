"""Environment of the peers: torch and OpenBLAS at their best settings on this machine.

OpenBLAS and OpenMP read their settings when they are loaded, so a script calls `apply` before it imports torch or numpy:
where a setting is missing or another value was inherited, the script is executed again with the right ones.
"""

import os
import sys


def apply(threads):
    """Sets the environment for `threads` threads, starting the script anew where needed; returns the settings."""
    wanted = {
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    with open("/proc/cpuinfo") as cpuinfo:
        flags = next((line.split() for line in cpuinfo if line.startswith("flags")), [])
    if "avx512f" in flags:
        wanted["OPENBLAS_CORETYPE"] = "SkylakeX"
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **wanted})
    return wanted


def cpu():
    """Name of the processor."""
    with open("/proc/cpuinfo") as cpuinfo:
        return next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), "unknown")
