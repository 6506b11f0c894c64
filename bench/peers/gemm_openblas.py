#!/usr/bin/env python3
"""float32 GEMM of OpenBLAS in GFLOP/s: C[M,N] = A[M,K] B[K,N], row-major, at one and two threads.

Needs Debian's libopenblas0-pthread; no numpy. A shape is MxKxN. Each is repeated for --seconds; the best call counts,
for other work on the machine can only slow a call down; the median is printed beside.
"""

import argparse
import ctypes
import json
import statistics
import time

import settings

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("shapes", nargs="*", default=["2048x320x1024", "2048x256x128", "2048x128x64"], help="MxKxN")
arguments.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="thread counts (default 1 2)")
arguments.add_argument("--seconds", type=float, default=1.0, help="time a shape and thread count (default 1)")
arguments.add_argument("--library", default="libopenblas.so.0", help="library to load (default the system's)")
args = arguments.parse_args()
environment = settings.apply(max(args.threads))

blas = ctypes.CDLL(args.library)
blas.openblas_get_corename.restype = ctypes.c_char_p
blas.openblas_get_config.restype = ctypes.c_char_p
blas.cblas_sgemm.argtypes = (
    [ctypes.c_int] * 6 + [ctypes.c_float, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int,
                          ctypes.c_float, ctypes.c_void_p, ctypes.c_int])
ROW_MAJOR, NO_TRANS = 101, 111


def matrix(rows, columns):
    """Numbers of moderate size; the speed does not depend on them as long as none is denormal."""
    return (ctypes.c_float * (rows * columns))(*[(i % 17) / 8 - 1 for i in range(rows * columns)])


def gflops(m, k, n):
    a, b, c = matrix(m, k), matrix(k, n), matrix(m, n)

    def call():
        blas.cblas_sgemm(ROW_MAJOR, NO_TRANS, NO_TRANS, m, n, k, 1.0, a, k, b, n, 0.0, c, n)

    for _ in range(10):
        call()
    seconds = []
    end = time.perf_counter() + args.seconds
    while time.perf_counter() < end or len(seconds) < 10:
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    work = 2e-9 * m * k * n
    return round(work / min(seconds), 1), round(work / statistics.median(seconds), 1)


def main():
    core = blas.openblas_get_corename().decode()
    print(f"{settings.cpu()}; {blas.openblas_get_config().decode().strip()}; kernels of {core}; "
          + " ".join(f"{name}={value}" for name, value in environment.items()))
    result = {"cpu": settings.cpu(), "core": core, "gflops": {}, "gflops_median": {}}
    for threads in args.threads:
        blas.openblas_set_num_threads(threads)
        best, median = {}, {}
        for shape in args.shapes:
            m, k, n = (int(size) for size in shape.split("x"))
            best[shape], median[shape] = gflops(m, k, n)
        result["gflops"][str(threads)] = best
        result["gflops_median"][str(threads)] = median
    print(json.dumps(result))


main()
