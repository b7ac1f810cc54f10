"""Whether the machine is busy with something else, told from the time that all its processors worked."""

import os
import time

CLOCK = os.sysconf("SC_CLK_TCK")
SAMPLE = 0.5


def worked():
    """Seconds that all processors together worked since the start of the system."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, *interrupts = map(int, file.readline().split()[1:8])
    return (user + nice + system + sum(interrupts)) / CLOCK


def busy_cores():
    """How many processors something else keeps busy now."""
    before = worked()
    time.sleep(SAMPLE)
    return (worked() - before) / SAMPLE


def wait(most, patience):
    """Waits for a moment in which no more than `most` processors are busy; False if none comes in `patience` seconds."""
    end = time.monotonic() + patience
    while busy_cores() > most:
        if time.monotonic() > end:
            return False
    return True
