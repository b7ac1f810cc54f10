"""One process of a peer: what it printed, how long it ran, what it held, and who else was at work meanwhile."""

import os
import subprocess
import time
from dataclasses import dataclass

import quiet


@dataclass(frozen=True)
class Ended:
    """A process that has ended."""

    status: int
    output: str
    errors: str
    seconds: float
    peak_bytes: int
    foreign_cores: float
    """Processors that others kept busy while it ran, on average."""


def run(command, environment, directory, ahead, limit_seconds=600):
    """Starts a process and waits for its end. `ahead` lets it go before everything else, which takes rights."""
    with open(directory / "stdout", "w+") as output, open(directory / "stderr", "w+") as errors:
        worked = quiet.worked()
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=ahead,
            preexec_fn=go_ahead if ahead else None,
        )
        status, usage = wait(process.pid, started + limit_seconds)
        seconds = time.monotonic() - started
        own = usage.ru_utime + usage.ru_stime
        foreign = max(0.0, quiet.worked() - worked - own) / max(seconds, 1e-3)
        output.seek(0)
        errors.seek(0)
        return Ended(
            status, output.read(), errors.read(), seconds, usage.ru_maxrss * 1024, foreign
        )


def wait(pid, end):
    """The exit status and what the process used; one that takes too long is ended."""
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), usage
        if time.monotonic() > end:
            os.kill(pid, 9)
            _, status, usage = os.wait4(pid, 0)
            return os.waitstatus_to_exitcode(status), usage
        time.sleep(0.002)


def go_ahead():
    """Takes the highest priority: among the processes of a session, and of the session where Linux groups by it."""
    os.setpriority(os.PRIO_PROCESS, 0, -20)
    try:
        with open("/proc/self/autogroup", "w") as file:
            file.write("-20")
    except FileNotFoundError:
        pass
