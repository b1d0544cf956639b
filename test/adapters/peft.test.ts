import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  adapterConfig,
  type BranchData,
  clientCount,
  exportPeft,
  importPeft,
  loraAdapter,
  loraStart,
  mapAdapter,
  mergedModel,
  scaleOf,
  sliceOf,
} from '../../src/adapters/index.ts';
import { Random } from '../../src/core/index.ts';
import { readSafetensors, writeSafetensors } from '../../src/lm/index.ts';
import { CASES, PARAMETERS, SEQUENCES } from './golden/subject.ts';
import { adaptersApart, apart, eagerLogits, TINY } from './tiny.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const expected = JSON.parse(readFileSync(join(GOLDEN, 'expected.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'peft-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(CASES.flatMap((one) => one.clients.map((client) => [`${one.name} ${client}`, one, client] as const)))(
  '%s, as PEFT computes it (golden/make.py)',
  (name, { config, models, clients }, client) => {
    const { logits, weights } = expected.cases[name];
    const own: BranchData = mapAll(models.branches, (factor) => sliceOf(factor, client));
    const scales = Object.fromEntries(Object.keys(own).map((branch) => [branch, scaleOf(config) * (models.shares?.[branch] ?? 1)]));

    it('the model with its adapter, with the exported one read back, and merged', async () => {
      expect(clients).toContain(client);
      expect(apart(eagerLogits(PARAMETERS, own, scales, SEQUENCES).data, logits)).toBeLessThan(1e-4);
      exportPeft(join(folder, name), models, config, { client, baseModel: 'base' });
      const { adapter, config: read } = await importPeft(join(folder, name), TINY);
      expect(apart(eagerLogits(PARAMETERS, { main: adapter }, { main: scaleOf(read) }, SEQUENCES).data, logits)).toBeLessThan(1e-4);
      const merged = mergedModel(PARAMETERS, models, config, client);
      expect(apart(eagerLogits(merged, {}, {}, SEQUENCES).data, logits)).toBeLessThan(1e-4);
      expect(apart(eagerLogits(PARAMETERS, {}, {}, SEQUENCES).data, logits)).toBeGreaterThan(0.1);
    });

    it('the file that PEFT was given is written again to the byte', () => {
      exportPeft(join(folder, name), models, config, { client, baseModel: 'base' });
      const digest = createHash('sha256')
        .update(readFileSync(join(folder, name, 'adapter_model.safetensors')))
        .digest('hex');
      expect(digest).toBe(weights);
    });
  },
);

function mapAll(
  branches: BranchData,
  replace: Parameters<typeof mapAdapter<BranchData[string][string]['a'], BranchData[string][string]['a']>>[1],
) {
  return Object.fromEntries(Object.entries(branches).map(([branch, adapter]) => [branch, mapAdapter(adapter, replace)])) as BranchData;
}

describe('an adapter that PEFT wrote', () => {
  const source = join(GOLDEN, 'from-peft');

  it('gives the logits that PEFT computes with it', async () => {
    const { adapter, config } = await importPeft(source, TINY);
    expect(config).toEqual({ rank: 3, alpha: 5, scaling: 'alpha/sqrt(r)', targets: ['k_proj', 'o_proj', 'gate_proj'] });
    expect(clientCount(adapter)).toBe(1);
    expect(
      apart(eagerLogits(PARAMETERS, { main: adapter }, { main: scaleOf(config) }, SEQUENCES).data, expected['from-peft']),
    ).toBeLessThan(1e-4);
  });

  it('is unchanged when it is exported and read again', async () => {
    const first = await importPeft(source, TINY);
    exportPeft(join(folder, 'again'), { branches: { main: first.adapter } }, first.config);
    const second = await importPeft(join(folder, 'again'), TINY);
    expect(second.config).toEqual(first.config);
    expect(adaptersApart(second.adapter, first.adapter)).toBe(0);
  });
});

describe('bad input', () => {
  /** PEFT's checkpoint with fields or tensors of its own. */
  const changed = async (fields: object, rename: (name: string) => string = (name) => name) => {
    const target = join(folder, 'changed');
    cpSync(join(GOLDEN, 'from-peft'), target, { recursive: true });
    const config = JSON.parse(readFileSync(join(target, 'adapter_config.json'), 'utf8'));
    writeFileSync(join(target, 'adapter_config.json'), JSON.stringify({ ...config, ...fields }));
    const { tensors } = await readSafetensors(join(target, 'adapter_model.safetensors'));
    writeSafetensors(
      join(target, 'adapter_model.safetensors'),
      [...tensors].map(([name, found]) => [rename(name), found] as const),
    );
    return importPeft(target, TINY);
  };

  it('adapters that are more than LoRA, with the field', async () => {
    await expect(changed({ peft_type: 'IA3' })).rejects.toThrow(/peft_type must be "LORA", got "IA3"/);
    await expect(changed({ use_dora: true })).rejects.toThrow(/use_dora must be false, got true/);
    await expect(changed({ rank_pattern: { q_proj: 4 } })).rejects.toThrow(/rank_pattern must be empty, got \{"q_proj":4\}/);
    await expect(changed({ modules_to_save: ['lm_head'] })).rejects.toThrow(/modules_to_save must be empty/);
    await expect(changed({ r: 'three' })).rejects.toThrow(/r must be a number, got "three"/);
  });

  it('adapters of another model, other names, half a module, no files', async () => {
    await expect(changed({ r: 4 })).rejects.toThrow(/must be \[4, 12\] for this model, got \[3, 12\]/);
    await expect(importPeft(join(GOLDEN, 'from-peft'), { ...TINY, width: 16 })).rejects.toThrow(/for this model, got/);
    await expect(importPeft(join(GOLDEN, 'from-peft'), { ...TINY, layers: 1 })).rejects.toThrow(
      /tensors must be lora_A and lora_B of the model's linear maps, got 'base_model\.model\.model\.layers\.1\./,
    );
    await expect(changed({}, (name) => name.replace('lora_A', 'lora_embedding_A'))).rejects.toThrow(/tensors must be lora_A and lora_B/);
    const half = (name: string) => (name.includes('layers.0.mlp.gate_proj.lora_A') ? name.replace('layers.0', 'layers.1') : name);
    await expect(changed({}, half)).rejects.toThrow(
      /every module must have lora_A and lora_B, got one of model\.layers\.0\.mlp\.gate_proj/,
    );
    await expect(importPeft(join(folder, 'nowhere'), TINY)).rejects.toThrow(/adapter_config\.json must be there, got no such file/);
    writeFileSync(join(folder, 'changed', 'adapter_config.json'), '{');
    await expect(importPeft(join(folder, 'changed'), TINY)).rejects.toThrow(/must be a JSON file/);
  });

  it('models without an adapter of their own, clients that do not exist', () => {
    const config = adapterConfig({ rank: 2 });
    const main = loraStart(TINY, config, new Random(1));
    expect(() => loraAdapter({ branches: { main }, dense: {} }, config, 0)).toThrow(
      /whose weights themselves were changed .*export it merged/,
    );
    expect(() => loraAdapter({ branches: {} }, config, 0)).toThrow(/export it merged/);
    expect(() => loraAdapter(CASES[0].models, CASES[0].config, 3)).toThrow(/client must be from 0 to 2, got 3/);
    // A factor that all share is every client's.
    expect(loraAdapter({ branches: { main } }, config, 5)).toEqual(loraAdapter({ branches: { main } }, config, 0));
  });
});
