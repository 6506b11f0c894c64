"""Seconds in which pandas reads a CSV file and encodes columns as labels.

Reads only the columns that are asked for, with the C parser, given types and no search for missing values. The types are those that
pandas itself finds in the first rows: whole numbers are read as such. Text becomes labels in two ways: read as text and factorised,
or read as categories, which the parser encodes itself; both are measured, and the faster one counts.
"""

import argparse
import json
import time

import pandas

SAMPLE_ROWS = 20_000


def read(arguments, types):
    """The columns, as they are typed."""
    return pandas.read_csv(arguments.file, engine="c", usecols=list(types), dtype=types, na_filter=False)


def factorised(arguments, types):
    """Text columns as Python strings; every column to encode then numbered."""
    frame = read(arguments, types)
    for name in arguments.encode:
        frame[name] = pandas.factorize(frame[name])[0]
    return frame


def categories(arguments, types):
    """Text columns encoded by the parser; the other ones to encode then numbered."""
    frame = read(arguments, {name: "category" if kind == object else kind for name, kind in types.items()})
    for name in arguments.encode:
        frame[name] = frame[name].cat.codes if types[name] == object else pandas.factorize(frame[name])[0]
    return frame


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--encode", nargs="*", default=[], help="columns to encode as labels")
    parser.add_argument("--numbers", nargs="*", default=[], help="columns to read as numbers")
    arguments = parser.parse_args()
    names = [*arguments.encode, *arguments.numbers]
    # Warms up, too.
    sample = pandas.read_csv(arguments.file, engine="c", usecols=names, nrows=SAMPLE_ROWS, na_filter=False)
    types = {name: sample[name].dtype for name in names}
    print(
        f"pandas {pandas.__version__}, C engine, usecols, dtypes, na_filter off, {len(arguments.encode)} columns encoded "
        f"({sum(kind == object for kind in types.values())} of text), {len(arguments.numbers)} numbers"
    )
    forms = {}
    for form in (factorised, categories):
        cpu, start = time.process_time(), time.perf_counter()
        rows = len(form(arguments, types))
        forms[form.__name__] = {"seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu}
    print(json.dumps({"rows": rows, "forms": forms, **min(forms.values(), key=lambda form: form["cpu_seconds"])}))


if __name__ == "__main__":
    main()
