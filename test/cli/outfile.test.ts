import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OutFile } from '../../src/cli/outfile.ts';
import { temporaryFolder } from './capture.ts';

const isWindows = process.platform === 'win32';
const isRoot = process.getuid?.() === 0;
const testOnUnix = test.skipIf(isWindows); // Windows has no such permissions, links or devices.
const testAsUser = test.skipIf(isWindows || isRoot); // The superuser may write everything.
const testFullDisk = test.skipIf(!existsSync('/dev/full')); // Only Linux has an always full device.

describe('OutFile', () => {
  test('is there, whole, after commit; nothing is there before', () => {
    const cwd = temporaryFolder();
    const file = new OutFile('a.txt', '--csv', cwd);
    file.write('one\n');
    file.write('x'.repeat(200_000));
    expect(existsSync(join(cwd, 'a.txt'))).toBe(false);
    file.commit();
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe(`one\n${'x'.repeat(200_000)}`);
    expect(readdirSync(cwd)).toEqual(['a.txt']);
  });

  test('leaves no trace when it is discarded, and what was there before as it was', () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.txt'), 'before');
    const file = new OutFile('a.txt', '--csv', cwd);
    file.write('x'.repeat(200_000));
    file.discard();
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('before');
    expect(readdirSync(cwd)).toEqual(['a.txt']);
  });

  test('takes no harm from a discard after commit, or a second one', () => {
    const cwd = temporaryFolder();
    const file = new OutFile('a.txt', '--csv', cwd);
    file.commit();
    file.discard();
    file.discard();
    expect(readdirSync(cwd)).toEqual(['a.txt']);
  });

  test('two in one folder do not get in each other’s way', () => {
    const cwd = temporaryFolder();
    const [a, b] = [new OutFile('a.txt', '--csv', cwd), new OutFile('b.txt', '--json', cwd)];
    a.write('a');
    b.write('b');
    b.commit();
    a.commit();
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('a');
    expect(readFileSync(join(cwd, 'b.txt'), 'utf8')).toBe('b');
  });

  testOnUnix('keeps the permissions of what it replaces', () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.txt'), 'before');
    chmodSync(join(cwd, 'a.txt'), 0o640);
    new OutFile('a.txt', '--csv', cwd).commit();
    expect(statSync(join(cwd, 'a.txt')).mode & 0o777).toBe(0o640);
  });

  testOnUnix('writes to where a link leads, and keeps the link', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'other'));
    writeFileSync(join(cwd, 'other', 'a.txt'), 'before');
    symlinkSync(join('other', 'a.txt'), join(cwd, 'link'));
    const file = new OutFile('link', '--csv', cwd);
    file.write('after');
    file.commit();
    expect(readFileSync(join(cwd, 'other', 'a.txt'), 'utf8')).toBe('after');
    expect(readFileSync(join(cwd, 'link'), 'utf8')).toBe('after');
  });

  test('leaves other names of the old file alone', () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.txt'), 'before');
    linkSync(join(cwd, 'a.txt'), join(cwd, 'b.txt'));
    const file = new OutFile('a.txt', '--csv', cwd);
    file.write('after');
    file.commit();
    expect(readFileSync(join(cwd, 'b.txt'), 'utf8')).toBe('before');
  });

  testOnUnix('writes to a device as it is', () => {
    const file = new OutFile('/dev/null', '--csv', '/');
    file.write('x');
    file.commit();
    expect(file.isReplaced).toBe(false);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.each([
    ['a folder that is not there', 'none/a.txt', 'its folder does not exist'],
    ['a folder', '.', 'it is a folder'],
    ['no name', '', 'the name is empty'],
    ['a file as a folder', 'file/a.txt', 'a part of its path is no folder'],
    ['a folder that is to be', 'none/', 'there is no such folder'],
    ['a name too long', 'x'.repeat(300), 'the name is too long'],
  ])('refuses %s, by name and reason', (_, path, reason) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'file'), '');
    expect(() => new OutFile(path, '--csv', cwd)).toThrow(
      `cannot write "${path}" (--csv): ${reason}`,
    );
    expect(readdirSync(cwd)).toEqual(['file']);
  });

  testAsUser('refuses what may not be written', () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.txt'), 'before');
    chmodSync(join(cwd, 'a.txt'), 0o444);
    expect(() => new OutFile('a.txt', '--csv', cwd)).toThrow('permission denied');
    chmodSync(cwd, 0o555);
    expect(() => new OutFile('b.txt', '--csv', cwd)).toThrow('permission denied');
    chmodSync(cwd, 0o755);
  });

  testFullDisk('says when the disk is full', () => {
    const file = new OutFile('/dev/full', '--csv', '/');
    file.write('x');
    expect(() => file.commit()).toThrow('cannot write "/dev/full": no space left on the device');
  });
});
