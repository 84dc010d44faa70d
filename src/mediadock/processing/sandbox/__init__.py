"""Every decode of a stranger's bytes runs in here: one short-lived, confined child per job."""

from mediadock.processing.sandbox.channel import Frame
from mediadock.processing.sandbox.confine import PROTECTIONS
from mediadock.processing.sandbox.run import Report, active_protections, run_job, stop, warm, zygote_pid
from mediadock.processing.sandbox.zygote import Job

__all__ = ["PROTECTIONS", "Frame", "Job", "Report", "active_protections", "run_job", "stop", "warm", "zygote_pid"]
