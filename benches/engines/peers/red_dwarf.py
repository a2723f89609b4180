"""Runs red-dwarf (PyPI, MPL-2.0) on one conversation and prints what it found as one line of JSON.

usage: red_dwarf.py VOTES.csv COMMENTS.csv [RUNS]
VOTES.csv is participants-votes.csv of Polis; the votes are read once, the pipeline runs RUNS times
and the median of its processor seconds is printed. Signs are turned so that the largest part of
each component is positive.
"""
import csv
import json
import resource
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
from reddwarf.implementations.polis import run_pipeline  # noqa: E402


def read(votes_path, comments_path):
    votes = []
    with open(votes_path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        header = next(rows)
        columns = [(at, int(name)) for at, name in enumerate(header) if name.isdigit()]
        for row in rows:
            for at, statement in columns:
                if row[at] != "":
                    votes.append({
                        "participant_id": int(row[0]),
                        "statement_id": statement,
                        "vote": float(row[at]),
                        "modified": 0,
                    })
    with open(comments_path, newline="", encoding="utf-8") as file:
        out = [int(row["comment-id"]) for row in csv.DictReader(file) if row["moderated"] == "-1"]
    return votes, out


def main():
    votes, out = read(sys.argv[1], sys.argv[2])
    seconds = []
    for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 3):
        began = time.process_time()
        found = run_pipeline(votes=votes, mod_out_statement_ids=out, random_state=42)
        seconds.append(time.process_time() - began)
    signs = [1.0 if part[abs(part).argmax()] >= 0 else -1.0 for part in found.reducer.components_]
    people = found.participants_df
    print(json.dumps({
        "seconds": statistics.median(seconds),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "k": int(people["cluster_id"].max()) + 1,
        "people": {
            str(name): [float(row["x"]) * signs[0], float(row["y"]) * signs[1]]
            for name, row in people.iterrows()
        },
        "consensus": [one["tid"] for side in ("agree", "disagree") for one in found.consensus[side]],
    }))


main()
