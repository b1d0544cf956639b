import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findKernelspec, jupyterDataFolders, listKernelspecs, readKernelspec } from '../../src/notebook/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelspecs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function install(data: string, name: string, spec: unknown): string {
  const directory = join(folder, data, 'kernels', name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'kernel.json'), typeof spec === 'string' ? spec : JSON.stringify(spec));
  return directory;
}

describe('jupyterDataFolders', () => {
  it.each([
    ['linux', { HOME: '/h' }, ['/h/.local/share/jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter']],
    ['linux', { HOME: '/h', XDG_DATA_HOME: '/x' }, ['/x/jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter']],
    [
      'linux',
      { HOME: '/h', JUPYTER_DATA_DIR: '/d', JUPYTER_PATH: '/a:/b' },
      ['/a', '/b', '/d', '/usr/local/share/jupyter', '/usr/share/jupyter'],
    ],
    ['darwin', { HOME: '/h' }, ['/h/Library/Jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter']],
    [
      'linux',
      { HOME: '/h', VIRTUAL_ENV: '/v' },
      ['/h/.local/share/jupyter', '/v/share/jupyter', '/usr/local/share/jupyter', '/usr/share/jupyter'],
    ],
  ] as const)('on %s with %j', (platform, env, folders) => {
    expect(jupyterDataFolders(env, platform)).toEqual(folders);
  });

  it('finds the folder of the environment whose jupyter is on PATH', () => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'jupyter'), '');
    expect(jupyterDataFolders({ HOME: '/h', PATH: `/none:${join(folder, 'bin')}` }, 'linux')).toContain(join(folder, 'share', 'jupyter'));
  });
});

describe('listKernelspecs', () => {
  it('takes the first of a name, and knows the own kernel without installation', () => {
    install('first', 'python3', { argv: ['first'], display_name: 'P', language: 'python' });
    install('second', 'python3', { argv: ['second'] });
    install('second', 'Other', { argv: ['other'], interrupt_mode: 'message', env: { A: 1 } });
    install('second', 'colora', { argv: ['installed'] });
    install('second', 'broken', '{');
    const specs = listKernelspecs([join(folder, 'first'), join(folder, 'second')]);
    expect([...specs.keys()]).toEqual(['colora', 'python3', 'other']);
    expect(specs.get('python3')).toMatchObject({ argv: ['first'], displayName: 'P', language: 'python', interruptMode: 'signal' });
    expect(specs.get('other')).toMatchObject({ name: 'Other', interruptMode: 'message', env: { A: '1' } });
    expect(specs.get('colora')?.argv[0]).toBe(process.execPath);
  });
});

describe('findKernelspec', () => {
  it('names the kernels there are', () => {
    install('data', 'python3', { argv: ['python'] });
    expect(() => findKernelspec('julia', [join(folder, 'data')])).toThrow(`kernel must be one of colora, python3, got 'julia'`);
  });
});

describe('readKernelspec', () => {
  it.each([
    ['{', 'must be a JSON file'],
    [{}, 'must be an array of strings, got undefined'],
    [{ argv: [1] }, 'must be an array of strings, got [1]'],
  ])('refuses %j', (spec, message) => {
    expect(() => readKernelspec(install('data', 'bad', spec))).toThrow(message);
  });
});
