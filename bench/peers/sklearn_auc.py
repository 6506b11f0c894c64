#!/usr/bin/env python3
"""Seconds of scikit-learn's roc_auc_score over a file of scores (float32) and one of labels (float32, 0 or 1).

Needs Debian's python3-sklearn.
"""

import argparse
import json
import time

import numpy
import sklearn
from sklearn.metrics import roc_auc_score

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("scores")
arguments.add_argument("labels")
args = arguments.parse_args()
scores = numpy.fromfile(args.scores, "<f4")
labels = numpy.fromfile(args.labels, "<f4").astype(numpy.int8)
roc_auc_score(labels[:1000], scores[:1000])
start = time.perf_counter()
auc = roc_auc_score(labels, scores)
seconds = time.perf_counter() - start
print(f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}, roc_auc_score of all rows, one thread")
print(json.dumps({"seconds": seconds, "auc": auc}))
