import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { UserError } from '../../src/diagnostic.ts';
import {
  DamagedInputError,
  type InputOptions,
  openInputs,
  type TraceInput,
} from '../../src/trace/input.ts';

const folder = mkdtempSync(join(tmpdir(), 'gcsim-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

const zstdCompress = Reflect.get(zlib, 'zstdCompressSync') as
  | ((data: Uint8Array) => Buffer)
  | undefined;
const hasZstd = zstdCompress !== undefined;
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const isWindows = process.platform === 'win32';

/** Lines that do not compress to nearly nothing: `count` of them. */
function someLines(count: number, seed = 1): string {
  let text = '';
  let state = seed;
  for (let i = 0; i < count; i++) {
    state = (state * 48_271) % 2_147_483_647;
    text += `gc ${i + 1} @${state}s 4%: ${state % 977}+1.5 ms clock, ${state % 89_123} P\n`;
  }
  return text;
}

async function* streamOf(...chunks: readonly (Uint8Array | string)[]) {
  yield* chunks;
}

function open(paths: readonly string[], options: Partial<InputOptions> = {}): TraceInput[] {
  return openInputs(paths, { stdin: streamOf(), cwd: folder, ...options });
}

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** All of an input, and what ended it early. */
async function readAll(input: TraceInput | undefined): Promise<{ text: string; error: unknown }> {
  const chunks: Buffer[] = [];
  let error: unknown;
  try {
    for await (const chunk of input?.chunks ?? []) chunks.push(Buffer.from(chunk));
  } catch (caught) {
    error = caught;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), error };
}

async function readBytes(bytes: Uint8Array): Promise<{ text: string; error: unknown }> {
  return readAll(open(['-'], { stdin: streamOf(bytes) })[0]);
}

/** What the function complains of. */
function problemsOf(run: () => unknown): readonly { message: string; hint?: string }[] {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics;
    throw error;
  }
  return [];
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('files', () => {
  test('are read in the order given, with standard input among them', async () => {
    const paths = [file('a.log', 'a\n'), '-', file('b.log', 'b'), join(folder, 'a.log')];
    const inputs = open(paths, { stdin: streamOf('in', Buffer.from('put')) });
    expect(inputs.map(({ name }) => name)).toEqual([
      'a.log',
      '<stdin>',
      'b.log',
      join(folder, 'a.log'),
    ]);
    const texts: string[] = [];
    for (const input of inputs) texts.push((await readAll(input)).text);
    expect(texts).toEqual(['a\n', 'input', 'b', 'a\n']);
  });

  test('that are empty are inputs too', async () => {
    const inputs = open([file('empty.log', '')]);
    expect(inputs).toHaveLength(1);
    expect(await readAll(inputs[0])).toEqual({ text: '', error: undefined });
  });

  test('tell how far they have been read', async () => {
    const text = someLines(20_000);
    const [input] = open([file('long.log', text)]);
    expect(input).toMatchObject({ sizeBytes: text.length, readBytes: 0 });
    expect((await readAll(input)).text).toBe(text);
    expect(input?.readBytes).toBe(text.length);
  });

  test('of any bytes come as they are', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
    const [input] = open([file('bytes', bytes)]);
    const found: number[] = [];
    for await (const chunk of input?.chunks ?? []) found.push(...chunk);
    expect(found).toEqual([...bytes]);
  });

  test('let signals and timers have their turn', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    for await (const _ of open([file('turns.log', Buffer.alloc(1 << 25))])[0]?.chunks ?? []) {
      // Only the turns count.
    }
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  test.skipIf(isWindows /* has no mkfifo */)(
    'that are named pipes deliver until they are closed',
    async () => {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const [input] = open(['pipe']);
      expect(input?.sizeBytes).toBeUndefined();
      const text = readAll(input);
      const writer = () => execFileSync('sh', ['-c', 'printf "gc 1" > pipe'], { cwd: folder });
      setTimeout(writer, 20);
      expect(await text).toEqual({ text: 'gc 1', error: undefined });
    },
  );

  test.skipIf(isWindows /* has no devices in its folders */)(
    'that are devices are read too',
    async () => {
      expect(await readAll(open(['/dev/null'])[0])).toEqual({ text: '', error: undefined });
    },
  );

  test('standard input from a file is read from where it stands', async () => {
    const fd = openSync(join(folder, file('stdin.log', 'from a file')), 'r');
    const [input] = open(['-'], { stdinFd: fd });
    expect(input?.sizeBytes).toBe(11);
    expect((await readAll(input)).text).toBe('from a file');
    // It is not ours to close.
    closeSync(fd);
  });
});

describe('what cannot be opened', () => {
  test('is told of every path at once', () => {
    mkdirSync(join(folder, 'logs'));
    file('server.log', 'x');
    expect(problemsOf(() => open(['sever.log', 'server.log', 'logs', 'server.log/x', '']))).toEqual(
      [
        {
          severity: 'error',
          message: 'cannot read "sever.log": there is no such file',
          hint: 'did you mean "server.log"? "-" reads standard input',
        },
        {
          severity: 'error',
          message: 'cannot read "logs": it is a folder',
          hint: 'name the logs in it, one by one or as "folder/*.log"',
        },
        {
          severity: 'error',
          message: 'cannot read "server.log/x": a part of its path is no folder',
          hint: '"-" reads standard input',
        },
        {
          severity: 'error',
          message: 'cannot read "": the name is empty',
          hint: '"-" reads standard input',
        },
      ],
    );
  });

  test.skipIf(isRoot || isWindows /* who may read everything */)('without the right to', () => {
    chmodSync(join(folder, file('secret.log', 'x')), 0);
    expect(problemsOf(() => open(['secret.log']))).toMatchObject([
      {
        message: 'cannot read "secret.log": permission denied',
        hint: expect.stringMatching(/sudo/),
      },
    ]);
  });

  test.skipIf(isWindows /* opens no folders */)('standard input from a folder', () => {
    const fd = openSync(folder, 'r');
    expect(problemsOf(() => open(['-'], { stdinFd: fd }))).toEqual([
      {
        severity: 'error',
        message: 'cannot read standard input: it is a folder',
        hint: 'name the logs in it, one by one or as "folder/*.log"',
      },
    ]);
    closeSync(fd);
  });

  test('standard input twice', () => {
    expect(problemsOf(() => open(['-', '-']))).toMatchObject([{ hint: 'write "-" once' }]);
  });

  test('a file that is gone by the time it is read', async () => {
    const inputs = open([file('gone.log', 'x')]);
    rmSync(join(folder, 'gone.log'));
    const { error } = await readAll(inputs[0]);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch('cannot read "gone.log": there is no such file');
  });

  test.skipIf(isWindows /* has no mkfifo */)('a named pipe that is gone by then', async () => {
    execFileSync('mkfifo', [join(folder, 'lost')]);
    const inputs = open(['lost']);
    rmSync(join(folder, 'lost'));
    expect((await readAll(inputs[0])).error).toBeInstanceOf(UserError);
  });

  test('a file that becomes a folder', async () => {
    const inputs = open([file('turned.log', 'x')]);
    rmSync(join(folder, 'turned.log'));
    mkdirSync(join(folder, 'turned.log'));
    expect(String((await readAll(inputs[0])).error)).toMatch('it is a folder');
  });

  test('a file that shrinks meanwhile', async () => {
    const [input] = open([file('shrinks.log', someLines(20_000))]);
    const read = async () => {
      for await (const _ of input?.chunks ?? []) truncateSync(join(folder, 'shrinks.log'), 10);
    };
    await expect(read()).rejects.toThrow(/"shrinks.log": it shrank from \d+ to 10 bytes/);
  });

  test('an error in the middle of standard input', async () => {
    async function* failing() {
      yield 'gc 1';
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    }
    const { text, error } = await readAll(open(['-'], { stdin: failing() })[0]);
    expect(text).toBe('gc 1');
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch('cannot read standard input: input/output error');
  });
});

const packings: [string, (data: string) => Buffer][] = [
  ['gzip', (data) => zlib.gzipSync(data)],
  ...(zstdCompress === undefined
    ? []
    : [['zstd', (data: string) => zstdCompress(Buffer.from(data))] as [string, () => Buffer]]),
];
const text = someLines(30_000);
const more = someLines(100, 7);

describe.each(packings)('%s', (name, pack) => {
  const packed = pack(text);

  test('is known by its first bytes, whatever the name', async () => {
    expect(await readAll(open([file('packed.log', packed)])[0])).toEqual({
      text,
      error: undefined,
    });
  });

  test('from standard input, byte by byte', async () => {
    const bytes = [...pack(more)].map((byte) => Uint8Array.of(byte));
    const [input] = open(['-'], { stdin: streamOf(...bytes) });
    expect(await readAll(input)).toEqual({ text: more, error: undefined });
  });

  test('several, one after the other, with zeros behind', async () => {
    const all = Buffer.concat([packed, pack(more), pack(''), pack(more), Buffer.alloc(600)]);
    expect(await readBytes(all)).toEqual({ text: text + more + more, error: undefined });
    const [input] = open(['-'], { stdin: streamOf(packed, pack(more)) });
    expect(await readAll(input)).toEqual({ text: text + more, error: undefined });
  });

  test('of no text', async () => {
    expect(await readBytes(pack(''))).toEqual({ text: '', error: undefined });
  });

  test.each([6, 0.5, -3])('cut at %d: the text before it comes, then the error', async (place) => {
    const at = place < 0 ? packed.length + place : place < 1 ? packed.length * place : place;
    const found = await readBytes(packed.subarray(0, at));
    expect(text.startsWith(found.text)).toBe(true);
    expect(found.text.length >= text.length * 0.4).toBe(place !== 6);
    expect(found.error).toBeInstanceOf(DamagedInputError);
    expect(found.error).toMatchObject({
      goodBytes: found.text.length,
      message: `cannot read all of standard input: its ${name} data is cut short after ${found.text.length} bytes of text`,
    });
  });

  test.runIf(name === 'zstd' /* gzip has its own rule */)(
    'followed by something else',
    async () => {
      const found = await readBytes(
        Buffer.concat([pack(more), Buffer.from('gc 1 @0.1s, and more')]),
      );
      expect(found.error).toBeInstanceOf(DamagedInputError);
      expect(String(found.error)).toMatch(`its ${name} data is broken (`);
    },
  );
});

describe('gzip', () => {
  test('with a wrong checksum: all of the text comes, then the error', async () => {
    const packed = zlib.gzipSync(text);
    packed.writeUInt32LE(0, packed.length - 8);
    expect(await readBytes(packed)).toMatchObject({
      text,
      error: {
        message: `cannot read all of standard input: its gzip data is broken (incorrect data check) after ${text.length} bytes of text`,
      },
    });
  });

  /** Random bytes, which deflate stores as they are: five bytes before each block of at most 64 KiB. */
  const stored = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31 + (i >> 7)) & 0x7f));

  test.each(['a file', 'a pipe'])(
    'broken in the middle of %s: all that comes before',
    async (from) => {
      const packed = zlib.gzipSync(stored, { level: 0 });
      const header = 10;
      const firstLength = packed.readUInt16LE(header + 1);
      // A length that does not fit its complement: the block that it is of is refused.
      packed.fill(0xff, header + 5 + firstLength, header + 5 + firstLength + 5);
      const input =
        from === 'a file'
          ? open([file('broken.gz', packed)])[0]
          : open(['-'], {
              stdin: streamOf(packed.subarray(0, 30_000), packed.subarray(30_000)),
            })[0];
      const found = await readAll(input);
      expect(found.error).toMatchObject({ goodBytes: firstLength });
      expect(found.text).toBe(stored.subarray(0, firstLength).toString());
      expect(input?.readBytes).toBeLessThanOrEqual(packed.length);
    },
  );

  test.each(['a file', 'a pipe'])('%s with something else behind: a warning', async (from) => {
    const junk = 'garbage after';
    for (const between of [0, 600]) {
      const all = Buffer.concat([
        zlib.gzipSync(more),
        zlib.gzipSync(text),
        Buffer.alloc(between),
        Buffer.from(junk),
      ]);
      const [input] =
        from === 'a file'
          ? open([file('junk.gz', all)])
          : open(['-'], { stdin: streamOf(all.subarray(0, -5), all.subarray(-5)) });
      expect(await readAll(input)).toEqual({ text: more + text, error: undefined });
      const shown = from === 'a file' ? '"junk.gz"' : 'standard input';
      expect(input?.warnings).toEqual([
        {
          severity: 'warning',
          message: `13 bytes behind the gzip data of ${shown} were not read: they are something else`,
        },
      ]);
    }
  });

  test('whose end another gzip was cut at: that is no harmless rest', async () => {
    const all = Buffer.concat([zlib.gzipSync(more), zlib.gzipSync(text).subarray(0, 2000)]);
    const [input] = open([file('cut2.gz', all)]);
    const found = await readAll(input);
    expect(found.text.startsWith(more)).toBe(true);
    expect(found.error).toBeInstanceOf(DamagedInputError);
    expect(input?.warnings).toEqual([]);
  });

  test('a little of it may be very much text', async () => {
    const packed = zlib.gzipSync(Buffer.alloc(1 << 26));
    const [input] = open(['-'], { stdin: streamOf(packed) });
    let bytes = 0;
    let largest = 0;
    for await (const chunk of input?.chunks ?? []) {
      bytes += chunk.length;
      largest = Math.max(largest, chunk.length);
    }
    expect(bytes).toBe(1 << 26);
    expect(largest).toBeLessThanOrEqual(1 << 17);
  });

  test('that is read only in part closes its file', async () => {
    const [input] = open([file('part.gz', zlib.gzipSync(text))]);
    for await (const _ of input?.chunks ?? []) break;
    expect(input?.readBytes).toBeGreaterThan(0);
  });
});

describe('what cannot be unpacked here says what can', () => {
  test.each([
    ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 'bzip2 -d < x.log'],
    ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz -d < x.log'],
    ['lz4', [0x04, 0x22, 0x4d, 0x18, 0, 0], 'lz4 -d < x.log'],
    ['zip', [0x50, 0x4b, 0x03, 0x04, 0, 0], 'unzip -p x.log'],
    ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], '7z x -so x.log'],
    ['compress', [0x1f, 0x9d, 0x90, 0, 0, 0], 'gzip -d < x.log'],
  ])('%s', async (form, bytes, command) => {
    const { text, error } = await readAll(open([file('x.log', Uint8Array.from(bytes))])[0]);
    expect(text).toBe('');
    expect(error).toMatchObject({
      diagnostics: [
        {
          message: `cannot read "x.log": it is compressed (${form}), in a form that is not unpacked here`,
          hint: `unpack it first: ${command} | gcsim analyze -`,
        },
      ],
    });
  });

  test('with the name as a shell takes it', async () => {
    const name = file("it's 1.log", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00));
    expect((await readAll(open([name])[0])).error).toMatchObject({
      diagnostics: [{ hint: `unpack it first: xz -d < 'it'\\''s 1.log' | gcsim analyze -` }],
    });
  });

  test.skipIf(hasZstd /* Node has it from 22.15 on */)('zstd, where Node has none', async () => {
    const { error } = await readBytes(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0));
    expect(error).toMatchObject({
      diagnostics: [{ hint: 'unpack it first: zstd -d < FILE | gcsim analyze -' }],
    });
  });
});

describe('encodings', () => {
  const line = 'gc 1 @0.1s → é\r\n';

  test('a byte order mark of UTF-8 is no text', async () => {
    expect((await readBytes(Buffer.from(`\ufeff${line}`))).text).toBe(line);
    const bytes = [...Buffer.from(`\ufeff${line}`)].map((byte) => Uint8Array.of(byte));
    expect((await readAll(open(['-'], { stdin: streamOf(...bytes) })[0])).text).toBe(line);
    expect((await readBytes(zlib.gzipSync(`\ufeff${line}`))).text).toBe(line);
  });

  test('UTF-16 in either order becomes UTF-8', async () => {
    const little = Buffer.from(`\ufeff${line}`, 'utf16le');
    expect((await readBytes(little)).text).toBe(line);
    const odd = open(['-'], { stdin: streamOf(little.subarray(0, 7), little.subarray(7)) });
    expect((await readAll(odd[0])).text).toBe(line);
    expect((await readBytes(Buffer.from(little).swap16())).text).toBe(line);
  });
});

describe('stopping', () => {
  const reason = new Error('stopped');

  test('before a file is opened, and between its chunks', async () => {
    const path = file('stop.log', someLines(20_000));
    const stopped = AbortSignal.abort(reason);
    expect(await readAll(open([path], { signal: stopped })[0])).toEqual({
      text: '',
      error: reason,
    });

    const control = new AbortController();
    let chunks = 0;
    const read = async () => {
      for await (const _ of open([path], { signal: control.signal })[0]?.chunks ?? []) {
        chunks++;
        control.abort(reason);
      }
    };
    await expect(read()).rejects.toBe(reason);
    expect(chunks).toBe(1);
  });

  test('while standard input keeps silent', async () => {
    const control = new AbortController();
    async function* silent() {
      yield 'gc 1';
      await new Promise(() => {});
    }
    const [input] = open(['-'], { stdin: silent(), signal: control.signal });
    setTimeout(() => control.abort(reason), 10);
    expect(await readAll(input)).toEqual({ text: 'gc 1', error: reason });
  });

  test.skipIf(isWindows /* has no mkfifo */)('while a named pipe has no writer', async () => {
    execFileSync('mkfifo', [join(folder, 'silent')]);
    const control = new AbortController();
    const [input] = open(['silent'], { signal: control.signal });
    setTimeout(() => control.abort(reason), 10);
    expect(await readAll(input)).toEqual({ text: '', error: reason });
  });

  test.skipIf(!isLinux /* only there are the open files in a folder */)(
    'leaves no file open',
    async () => {
      const path = file('open.log', someLines(20_000));
      const gz = file('open.gz', zlib.gzipSync(someLines(20_000)));
      const xz = file('open.xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00));
      const before = descriptors();
      for (const input of open([path, gz])) {
        for await (const _ of input.chunks) break;
      }
      for (const input of open([xz])) await readAll(input);
      expect(descriptors()).toBe(before);
    },
  );
});
