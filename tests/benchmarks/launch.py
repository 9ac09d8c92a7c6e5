"""Start a command, wait for its end, and tell what it took.

    python launch.py REPORT ONE_CORE COMMAND …

A process begins with the memory count of the one that starts it, so this one is small.
"""

import json
import os
import sys
import time

report, one_core, *command = sys.argv[1:]
if one_core == "1" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
began = time.perf_counter()
process = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(process, 0)
took = {
    "seconds": time.perf_counter() - began,
    "peak_mb": usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
    "cpu_s": usage.ru_utime + usage.ru_stime,
    "code": os.waitstatus_to_exitcode(status),
}
with open(report, "w") as file:
    json.dump(took, file)
