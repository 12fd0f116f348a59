import { describe, expect, test } from 'vitest';
import { JobQueue } from '../../src/cli/jobqueue.ts';

describe('JobQueue', () => {
  test('gives each job to one thread, in order', () => {
    const queue = JobQueue.create(3, 2);
    const other = JobQueue.of(queue.shared, 3);
    expect([queue.take(0), other.take(1), other.take(1), queue.take(0)]).toEqual([
      0,
      1,
      2,
      undefined,
    ]);
  });

  test('says which job a thread has, until it has found none left', () => {
    const queue = JobQueue.create(2, 2);
    const other = JobQueue.of(queue.shared, 2);
    expect([queue.jobOf(0), queue.jobOf(1)]).toEqual([undefined, undefined]);
    other.take(1);
    queue.take(0);
    expect([queue.jobOf(0), queue.jobOf(1)]).toEqual([1, 0]);
    other.take(1);
    expect([queue.jobOf(0), queue.jobOf(1)]).toEqual([1, undefined]);
  });

  test('gives no more once it is closed', () => {
    const queue = JobQueue.create(3, 2);
    queue.take(0);
    JobQueue.of(queue.shared, 3).close();
    expect(queue.take(0)).toBe(undefined);
  });
});
