/** The audit: each deliberate breakage of the model is caught by the identity that it breaks. */
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/assert.ts';
import type { Runtime } from '../../src/collector/runtime.ts';
import { createSimulation, type SimOptions } from '../../src/collector/simulate.ts';
import { runtimeOf, workloadNamed } from '../support/simulation.ts';

describe('a deliberate breakage is caught:', () => {
  const broken = (breakIt: (rt: Runtime) => void, asked: Partial<SimOptions> = {}) => {
    const workload = workloadNamed('steady');
    const simulation = createSimulation(workload, {
      release: '1.9',
      procs: 4,
      cores: 4,
      gcPercent: 100,
      seed: 1,
      noise: 0.03,
      cycles: 6,
      check: true,
      ...asked,
    });
    breakIt(runtimeOf(simulation));
    return () => {
      for (let i = 0; i < 60 && simulation.step(100_000); i++);
    };
  };

  test('nothing, without one', () => {
    expect(broken(() => {})).not.toThrow();
  });

  test('a flush that loses credit', () => {
    const run = broken(({ assists }) => {
      const flush = assists.flushBgCredit.bind(assists);
      let n = 0;
      assists.flushBgCredit = (work, p) => {
        flush(work, p);
        if (++n % 50 === 0 && assists.bgScanCredit > 100) assists.bgScanCredit -= 100;
      };
    });
    expect(run).toThrow(/credit flushed/);
  });

  test('a steal that is not paid for', () => {
    const run = broken(({ assists }) => {
      const credit = assists.credit.bind(assists);
      let n = 0;
      assists.credit = (g, work) => {
        if (++n % 10 === 0) assists.stolen += 500;
        credit(g, work);
      };
    });
    expect(run).toThrow(/credit flushed/);
  });

  test.each(['1.5', '1.9'])('a lost workbuf (%s)', (release) => {
    const run = broken(
      ({ workbufs }) => {
        const put = workbufs.putEmpty.bind(workbufs);
        let n = 0;
        workbufs.putEmpty = (w) => {
          if (++n !== 5) put(w);
        };
      },
      { release },
    );
    expect(run).toThrow(InvariantError);
  });

  test('a workbuf on two lists', () => {
    const run = broken(({ workbufs }) => {
      const put = workbufs.putEmpty.bind(workbufs);
      let n = 0;
      workbufs.putEmpty = (w) => {
        put(w);
        if (++n === 5) put(w);
      };
    });
    expect(run).toThrow(InvariantError);
  });

  test('a run of pages freed twice', () => {
    const run = broken(({ heap }) => {
      const free = heap.free.bind(heap);
      let n = 0;
      heap.free = (start, pages, now) => {
        free(start, pages, now);
        if (++n === 20) free(start, pages, now);
      };
    });
    expect(run).toThrow(InvariantError);
  });

  test('an object swept although it is marked', () => {
    const run = broken(({ objects }) => {
      const count = objects.countMarked.bind(objects);
      let n = 0;
      objects.countMarked = (u, from, length) => {
        const marked = count(u, from, length);
        return marked > 0 && ++n % 1000 === 0 ? marked - 1 : marked;
      };
    });
    expect(run).toThrow(InvariantError);
  });

  test('scan work that nobody did', () => {
    const run = broken(({ marker }) => {
      const flush = marker.flushScanWork.bind(marker);
      let n = 0;
      marker.flushScanWork = (gcw) => {
        if (++n % 20 === 0) gcw.scanWork += 8;
        return flush(gcw);
      };
    });
    expect(run).toThrow(/scan work counted/);
  });

  test('bytes that are in no span', () => {
    const run = broken(({ alloc }) => {
      const place = alloc.place.bind(alloc);
      let n = 0;
      alloc.place = (p, spanClass, u, from, count, size) => {
        place(p, spanClass, u, from, count, size);
        if (++n === 100) alloc.allocatedBytes += size;
      };
    });
    expect(run).toThrow(/bytes allocated/);
  });

  test('time that a P spends twice', () => {
    const run = broken(({ sched }) => {
      const charge = sched.charge.bind(sched);
      let n = 0;
      sched.charge = (p, use) => {
        charge(p, use);
        if (++n === 1000) p.usedNs[0] = p.usedNs[0]! + 50;
      };
    });
    expect(run).toThrow(/time of a P/);
  });
});
