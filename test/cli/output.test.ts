import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { TextOutput } from '../../src/cli/output.ts';
import { Sink } from './capture.ts';

/** An error as a stream emits it. */
function streamError(code: string): Error {
  return Object.assign(new Error(`write ${code}`), { code });
}

describe('TextOutput', () => {
  test('a reader that goes away is no error', async () => {
    const stream = new Sink();
    const output = new TextOutput(stream, 'standard output');
    stream.destroy(streamError('EPIPE'));
    await output.flush();
    output.write('more');
    expect({ closed: output.closed, failure: output.failure }).toEqual({
      closed: true,
      failure: undefined,
    });
  });

  test('a full disk is', async () => {
    const stream = new Sink();
    const output = new TextOutput(stream, 'standard output');
    stream.destroy(streamError('ENOSPC'));
    await output.flush();
    expect(output.closed).toBe(true);
    expect(output.failure).toMatchObject({ code: 'ENOSPC' });
  });

  test('what is gathered is one write, and before what is written next', async () => {
    const stream = new Sink();
    const output = new TextOutput(stream, 'standard error');
    const write = vi.spyOn(stream, 'write');
    output.gather('a\n');
    output.gather('b');
    expect(stream.text).toBe('');
    output.endLine();
    expect(stream.text).toBe('a\nb\n');
    expect(write).toHaveBeenCalledTimes(2);
    output.gather('c\n');
    output.write('d\n');
    output.gather('e\n');
    output.writeControl('f');
    output.gather('g\n');
    output.writeBytes(Buffer.from('h\n'));
    output.gather('i\n');
    await output.flush();
    expect(stream.text).toBe('a\nb\nc\nd\ne\nfg\nh\ni\n');
  });

  test('who waits for room waits for what is gathered too', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const output = new TextOutput(stream, 'standard output');
    output.gather('x'.repeat(100));
    expect(output.isFull).toBe(false);
    const waiting = output.room(new AbortController().signal);
    expect(output.isFull).toBe(true);
    stream.resume();
    await waiting;
  });

  test('room waits until there is some', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const output = new TextOutput(stream, 'standard output');
    const { signal } = new AbortController();
    await output.room(signal);
    output.write('x'.repeat(100));
    expect(output.isFull).toBe(true);
    let hasRoom = false;
    const waiting = output.room(signal).then(() => {
      hasRoom = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(hasRoom).toBe(false);
    stream.resume();
    await waiting;
    expect(output.isFull).toBe(false);
  });

  test('room does not wait for a reader that has gone, nor after a signal', async () => {
    const gone = new PassThrough({ highWaterMark: 10 });
    const output = new TextOutput(gone, 'standard output');
    output.write('x'.repeat(100));
    const waiting = output.room(new AbortController().signal);
    gone.destroy(streamError('EPIPE'));
    await waiting;

    const slow = new TextOutput(new PassThrough({ highWaterMark: 10 }), 'standard output');
    slow.write('x'.repeat(100));
    const stop = new AbortController();
    const stopped = slow.room(stop.signal);
    stop.abort();
    await stopped;
    expect(slow.isFull).toBe(true);
    await slow.flush(stop.signal);
  });

  test('ends a line that has no end', async () => {
    const stream = new Sink();
    const output = new TextOutput(stream, 'standard output');
    output.endLine();
    output.write('a\n');
    output.endLine();
    output.write('b');
    output.write('');
    output.endLine();
    output.endLine();
    await output.flush();
    expect(stream.text).toBe('a\nb\n');
  });

  test('knows a terminal and its width', () => {
    const stream = new Sink();
    stream.columns = 70;
    expect(new TextOutput(stream, 'x').columns).toBeUndefined();
    stream.isTTY = true;
    expect(new TextOutput(stream, 'x').columns).toBe(70);
  });
});
