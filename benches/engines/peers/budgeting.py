"""One count by pabutools (GPL-3.0: a process of its own): FILE plain|add1 LIMIT_SECONDS.

Prints one JSON line: processor seconds of reading and of counting (null when not done within the
limit), winners, and the highest memory of the process in MiB.
"""

import json
import resource
import signal
import sys

from pabutools.election import Cost_Sat, parse_pabulib
from pabutools.rules import method_of_equal_shares


class Late(Exception):
    pass


def late(*_):
    raise Late()


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    file, what, limit = sys.argv[1], sys.argv[2], float(sys.argv[3])
    began = processor()
    instance, profile = parse_pabulib(file)
    read = processor() - began
    signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, limit)
    began, winners, count = processor(), None, None
    try:
        options = {"voter_budget_increment": 1} if what == "add1" else {}
        won = method_of_equal_shares(instance, profile, sat_class=Cost_Sat, **options)
        signal.setitimer(signal.ITIMER_PROF, 0)
        count, winners = processor() - began, sorted(p.name for p in won)
    except Late:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"read": read, "count": count, "winners": winners, "peak_mib": peak}))


main()
