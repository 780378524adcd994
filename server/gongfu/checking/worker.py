"""Worker: the process that checks one stranger's file, without network, and dies of a file that takes too long.

Place in the flow: started by the runner as ``python -m gongfu.checking.worker <folder of the job>``; it writes reports
and state into that folder and nothing else.
"""

import signal
import sys
from dataclasses import replace
from pathlib import Path

from gongfu.check import UnreadableDocument, UnusableCatalogue, check
from gongfu.checking.jobs import Job, State
from gongfu.findings import Report
from gongfu.report import written
from gongfu.report.html_page import report_body
from gongfu.sparql.worker import isolate

_GRACE_SECONDS = 2.0
BODY = "body"  # the report as a piece of a page, beside the forms that a report has


def work(job: Job) -> None:
    """Check the file of a job and write the reports it asks for; say at every stage how far it is."""
    order = job.order

    def tell(stage: str) -> None:
        job.say(State("running", stage))

    try:
        report = check(job.file, order.against, order.region, tell)
        tell("reporting")
        for form, language in order.reports:
            job.write_report(form, language, _written(report, form, language, job.file))
    except UnreadableDocument as error:
        job.say(State("failed", problem="catalogue-unreadable", facts={"zhSaid": error.zh, "enSaid": error.en}))
    except UnusableCatalogue as error:
        job.say(State("failed", problem="catalogue-unusable", facts={"zhSaid": error.zh, "enSaid": error.en}))
    except MemoryError:
        job.say(State("failed", problem="check-too-heavy"))
    else:
        job.say(replace(State("done"), conforms=report.conforms, counts=dict(report.counts)))


def _written(report: Report, form: str, language: str, file: Path) -> bytes:
    return report_body(report, language).encode() if form == BODY else written(report, form, language, file)


def main() -> None:
    """Take the folder from the command line. Past the deadline the kernel ends the process, even without a parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which then ends its processes
    job = Job(Path(sys.argv[1]))
    signal.setitimer(signal.ITIMER_REAL, job.order.seconds + _GRACE_SECONDS)
    isolate(job.order.memory_bytes)
    work(job)


if __name__ == "__main__":
    main()
