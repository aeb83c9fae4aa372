"""The most memory that this process held at a time, as bench/peak-memory.ts counts it."""

import re
import resource
import sys


def peak_mib():
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(re.search(r"^VmHWM:\s+(\d+) kB$", open("/proc/self/status").read(), re.M)[1]) / 1024
