import { vi } from 'vitest';
import { main } from '../../src/cli/main.ts';

/** Runs `colora` within this process. */
export async function colora(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += text;
      return true;
    });
  }
  const code = await main(args);
  vi.restoreAllMocks();
  return { code, ...written };
}
