"""`limn work` with pictures that go to an S3-compatible store: what a worker drew gets there, whatever becomes of the worker."""

import re

from queue_work_test import WorkCase
from store_test import StoreCase


class QueueStoreCase(WorkCase, StoreCase):
    def fill_store(self, count):
        self.fill(count, directory="s3://pictures/set")

    def reports(self):
        return [job["report"] for job in self.queue("list")["queued_jobs"]]


class Stored(QueueStoreCase):
    def test_workers_bring_what_they_draw_and_the_queue_knows_where_it_is(self):
        store = self.store()
        self.settings(store.port, gw="slow-100")
        self.fill_store(12)
        workers = [self.begin_worker("--jobs", "3") for _ in range(2)]
        self.wait_until(lambda: self.states() == {"done": 12})
        for worker in workers:
            self.end_worker(worker)
        self.assert_there(store, [image for report in self.reports() for image in report["images"]])
        self.assertEqual(set(self.assert_asked_once_at_most().values()), {1})
        self.assert_nothing_left()

    def test_a_job_stays_with_its_worker_while_the_store_is_down(self):
        store = self.store()
        port = store.port
        store.stop()
        self.settings(port)
        self.fill_store(2)
        worker = self.begin_worker("--jobs", "2")
        self.wait_until(lambda: len(self.notes()) == 2)
        self.assertEqual(self.states(), {"sent": 2})
        back = self.store(port=port)
        self.wait_until(lambda: self.states() == {"done": 2})
        self.end_worker(worker)
        self.assert_there(back, [image for report in self.reports() for image in report["images"]])
        self.assert_asked_once_at_most()

    def test_what_a_killed_worker_was_sending_is_brought_by_the_next_on_its_machine(self):
        store = self.store()
        store.trouble = lambda request: b"" if request.method == "PUT" else None
        self.settings(store.port)
        self.fill_store(1)
        worker = self.begin_worker()
        self.wait_until(lambda: store.puts() and self.states() == {"sent": 1})
        worker.kill()
        worker.wait()
        self.lose(worker)
        store.trouble = lambda request: None
        after = self.begin_worker()
        self.wait_until(lambda: store.buckets["pictures"])
        self.wait_until(lambda: self.states() == {"done": 1})  # the journal of the one before knows of it
        self.end_worker(after)
        self.assert_nothing_left()
        self.assertTrue(all(re.fullmatch(r"set/.*number-0-of-many-[0-9a-f]{16}\.png", key) for key in store.buckets["pictures"]), store.buckets["pictures"].keys())
        self.assert_asked_once_at_most()
