"""What the figures were measured on."""
import datetime
import os
import platform
import re
import subprocess


def described(java):
    return {
        "cpu": cpu(),
        "cores": cores(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "java": java_version(java),
        "python": platform.python_version(),
        "date": datetime.date.today().isoformat(),
    }


def cores():
    """That this process may use."""
    return len(os.sched_getaffinity(0))


class Stolen:
    """Between ``with`` and its end, ``share`` of all CPUs' time that the host gave to others although there was something to do here."""

    def __enter__(self):
        self.before = ticks()
        return self

    def __exit__(self, *_):
        stolen, everything = (after - before for before, after in zip(self.before, ticks()))
        self.share = stolen / max(1, everything)


def ticks():
    """Stolen, and in all, since the system started."""
    with open("/proc/stat", encoding="utf-8") as file:
        times = [int(time) for time in file.readline().split()[1:9]]  # user … steal; what guests take is part of user
    return times[-1], sum(times)


def cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        text = file.read()
    name = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    widest = next((flag for flag in ("avx512f", "avx2", "asimd") if re.search(rf"\b{flag}\b", text)), "no wide vectors")
    return f"{name[1] if name else platform.machine()} ({widest})"


def java_version(java):
    """As in `openjdk version "25.0.3" 2026-…`."""
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    return re.search(r'"(.+?)"', said)[1]


def commit(repository):
    """With a mark when the checkout has changes of its own."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=repository, capture_output=True, text=True, check=False
    )
    return said.stdout.strip() or "unknown"
