import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importPeft, loraOf, scaleOf } from '../../src/adapters/index.ts';
import { federate, loadRun, saveRun, strategyNamed } from '../../src/federated/index.ts';
import { loadModel, saveModel } from '../../src/lm/index.ts';
import { apart, eagerLogits, TINY, tinyParameters } from '../adapters/tiny.ts';
import { base, clientsOf, planOf } from '../federated/tiny.ts';
import { colora } from './in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'export-peft-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const clients = clientsOf(3);
const plan = planOf({ rounds: 1, learningRate: 5e-2 });
const SEQUENCES = [[3, 9, 4, 17]];

const exported = (...args: string[]) => colora('export-peft', ...args);

const trained = async (name: string) => {
  const strategy = strategyNamed(name);
  const run = await federate(strategy, base, clients, plan);
  saveRun(at(`${name}.safetensors`), run, { base, clients, plan });
  return run;
};

beforeAll(() => saveModel(at('base'), { config: TINY, parameters: base.parameters }));

describe('a saved run', () => {
  it.each(['colora', 'feddpa-t', 'fedex-lora', 'flora'])('of %s is read back as it was', async (name) => {
    const run = await trained(name);
    const saved = await loadRun(at(`${name}.safetensors`));
    expect(saved.models).toEqual(run.models);
    const { adapter, ...rest } = plan;
    expect(saved).toMatchObject({ strategy: name, clients: ['client 0', 'client 1', 'client 2'], adapter, plan: rest });
  });

  it('is refused when the file is something else', async () => {
    await expect(loadRun(at('base/model.safetensors'))).rejects.toThrow(/must be a saved federated run, got another safetensors file/);
    await expect(loadRun(at('none'))).rejects.toThrow(/readSafetensors: .*none/);
  });
});

describe('colora export-peft', () => {
  it("writes a client's adapter, and the merged model; both are that client's", async () => {
    const run = await trained('colora');
    const args = ['--run', at('colora.safetensors'), '--client', 'client 1', '--model', at('base')];
    const made = await exported(...args, '--out', at('adapter'));
    expect(made).toEqual({ code: 0, stdout: `adapter of client client 1 (colora) written to ${at('adapter')}\n`, stderr: '' });
    expect(readdirSync(at('adapter')).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
    expect(JSON.parse(readFileSync(join(at('adapter'), 'adapter_config.json'), 'utf8'))).toMatchObject({
      base_model_name_or_path: at('base'),
      r: 2,
      lora_alpha: 4,
      target_modules: ['q_proj', 'down_proj'],
    });
    const { adapter, config } = await importPeft(at('adapter'), TINY);
    const own = loraOf(run.models.branches.main, 1);
    for (const [module, { a, b }] of Object.entries(own))
      expect([adapter[module].a.data, adapter[module].b.data]).toEqual([a.data, b.data]);
    expect((await exported(...args, '--out', at('merged'), '--merged')).stdout).toMatch(/^model of client client 1/);
    const merged = (await loadModel(at('merged'))).parameters;
    const logits = eagerLogits(base.parameters, { main: adapter }, { main: scaleOf(config) }, SEQUENCES);
    expect(apart(eagerLogits(merged, {}, {}, SEQUENCES).data, logits.data)).toBeLessThan(1e-4);
  });

  it('says in a sentence what is wrong', async () => {
    await trained('colora');
    await trained('flora');
    saveModel(at('other'), { config: TINY, parameters: tinyParameters(2) });
    const given = (changes: Record<string, string | undefined>, ...more: string[]) => {
      const options = { run: at('colora.safetensors'), client: 'client 0', out: at('out'), model: at('base'), ...changes };
      return exported(...Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])), ...more);
    };
    const cases: [Record<string, string | undefined>, string[], number, RegExp][] = [
      [{ run: undefined }, [], 2, /--run must be given, got none/],
      [{ client: undefined }, [], 2, /--client must be given/],
      [{ out: undefined }, [], 2, /--out must be given/],
      [{}, ['--format', 'x'], 2, /option must be one of --run, /],
      [{}, ['more'], 2, /there must be options only, got 'more'/],
      [{ client: 'nobody' }, [], 1, /--client must be one of client 0, client 1, client 2, got 'nobody'/],
      [{ run: at('absent') }, [], 1, /absent/],
      [{ run: at('base/model.safetensors') }, [], 1, /must be a saved federated run/],
      [{ model: at('nowhere') }, [], 1, /path must be a model's folder/],
      [{ model: at('other') }, [], 1, /must be a run on the model in .*other, got one on another/],
      [{ run: at('flora.safetensors') }, [], 1, /has no adapter of its own \(export it merged\)/],
    ];
    for (const [changes, more, code, message] of cases) {
      const made = await given(changes, ...more);
      expect([made.code, made.stdout]).toEqual([code, '']);
      expect(made.stderr).toMatch(message);
      expect(made.stderr.trim().split('\n')).toHaveLength(1);
    }
    expect((await given({ run: at('flora.safetensors'), out: at('flora') }, '--merged')).code).toBe(0);
    expect(Object.keys((await loadModel(at('flora'))).parameters)).toEqual(Object.keys(base.parameters));
  });
});
