"""Waiting for what happens later: tasks, counters, and on AWS the listing index too."""

import time

FINISHED = {"COMPLETED", "COMPLETED_WITH_ERRORS", "FAILED", "CANCELED"}


def eventually(ask, seconds=30, pause=0.2):
    """Asks until the answer is true, and returns it; the last answer if it never was."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(pause)
    return answer


def finished_task(sdk, task_id, seconds=120):
    """Polls a task as clients do, until it has ended."""

    def ask():
        task = sdk.tasks.get_task(task_id)
        return task if task.status.value in FINISHED else None

    task = eventually(ask, seconds, pause=0.5)
    assert task, f"task {task_id} has not ended within {seconds} s"
    return task
