"""Holding a process to a share of one CPU, as Lambda does by a function's memory size."""

import os
from pathlib import Path

VCPU_MB = 1769  # the memory size that comes with one whole vCPU
PERIOD_US = 20_000
NAME = "stowage-bench"


class Share:
    """A control group for one measured process at a time. Needs root; v1 and v2 are understood."""

    def __init__(self):
        self.problem = None
        v1, v2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
        try:
            if (v1 / "cpu.cfs_quota_us").exists() or (v1 / "tasks").exists():
                self.group, self.version = v1 / NAME, 1
                self.group.mkdir(exist_ok=True)
                (self.group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            elif (v2 / "cgroup.controllers").exists():
                self.group, self.version = v2 / NAME, 2
                self.group.mkdir(exist_ok=True)
                if not (self.group / "cpu.max").exists():
                    (v2 / "cgroup.subtree_control").write_text("+cpu")
            else:
                self.problem = "there is no cgroup file system"
                return
            self.release()
        except OSError as error:
            self.problem = f"the cpu cgroup cannot be used ({error.strerror}: {error.filename})"

    def join(self):
        """Puts the calling process into the group."""
        (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def hold(self, memory_mb):
        """From now on the group has the CPU of a function of this size."""
        self._quota(PERIOD_US * memory_mb // VCPU_MB)

    def release(self):
        """From now on the group may use all there is."""
        self._quota(None)

    def _quota(self, quota):
        if self.version == 1:
            (self.group / "cpu.cfs_quota_us").write_text("-1" if quota is None else str(quota))
        else:
            (self.group / "cpu.max").write_text(f"{'max' if quota is None else quota} {PERIOD_US}")

    def close(self):
        """Removes the group."""
        if not self.problem:
            self.group.rmdir()
