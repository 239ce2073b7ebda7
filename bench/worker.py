"""A process that does one job a line, and jobs of several such processes taken in turns."""

import statistics
import subprocess
import time

QUERIES = 2000  # of a peer that would take longer than SCALED_FROM for all
SCALED_FROM = 60.0
LONG_JOB, LONG_ROUNDS = 15.0, 3


class Worker:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def do(self, job):
        """The fields of the answer."""
        self.process.stdin.write(job + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.process.args[0]}: no answer to \"{job}\"")
        return answer.split()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Search:
    """One way to search one matrix, and the times it took."""

    def __init__(self, worker, job, rows, may_be_scaled):
        self.worker, self.job, self.rows, self.times, self.hash = worker, job, rows, [], None
        self.count = min(rows, QUERIES) if may_be_scaled else rows
        first = self.run()
        if self.count < rows and first * rows / self.count <= SCALED_FROM:
            self.count = rows
            first = self.run()
        self.long, self.fewer_rounds = first > LONG_JOB, False

    def run(self):
        time.sleep(0.3)  # the threads of the last job may still be spinning
        answer = self.worker.do(f"{self.job} {self.count}")
        if len(answer) > 1:
            if self.hash not in (None, answer[1]):
                raise SystemExit(f"{self.job} found other neighbours than before")
            self.hash = answer[1]
        return float(answer[0])

    def take_turn(self, number):
        if self.long and number >= LONG_ROUNDS:
            self.fewer_rounds = True
        else:
            self.times.append(self.run())

    @property
    def seconds(self):
        """Median, for all rows."""
        return statistics.median(self.times) * self.rows / self.count

    @property
    def fastest(self):
        return min(self.times) * self.rows / self.count

    @property
    def cell(self):
        """For a table: with a star where it is scaled, with a plus where rounds were fewer."""
        digits = 2 if self.seconds < 20 else 1 if self.seconds < 100 else 0
        star = "*" if self.count < self.rows else ""
        return f"{self.seconds:.{digits}f}{star}{'+' if self.fewer_rounds else ''}"


def take_turns(searches, rounds):
    for number in range(rounds):
        for search in searches:
            search.take_turn(number)
