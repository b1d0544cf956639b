/**
 * The model and the adapters whose logits Python PEFT has computed. As a program, `node --import tsx subject.ts DIR`, it writes what
 * `make.py` reads: DIR/base, and a PEFT checkpoint of each case and client.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type AdapterConfig,
  adapterConfig,
  type ClientModels,
  coloraStart,
  exportPeft,
  loraStart,
  mergedModel,
} from '../../../src/adapters/index.ts';
import { Random } from '../../../src/core/index.ts';
import { saveModel } from '../../../src/lm/index.ts';
import { randomized, TINY, tinyParameters } from '../tiny.ts';

export const PARAMETERS = tinyParameters(7);

/** Equally long, as PEFT is given them in one batch. */
export const SEQUENCES = [
  [3, 9, 4, 17, 5, 20],
  [11, 8, 23, 3, 3, 14],
];

/** A model of several clients, and which of them are exported. */
export interface Case {
  name: string;
  config: AdapterConfig;
  models: ClientModels;
  clients: number[];
}

const full = adapterConfig({ rank: 3 });
const stable = adapterConfig({ rank: 2, alpha: 3, scaling: 'alpha/sqrt(r)', targets: ['q_proj', 'v_proj', 'down_proj'] });
const global = randomized(loraStart(TINY, stable, new Random(1)), 'global');
const local = randomized(coloraStart(TINY, stable, new Random(1), { clients: 2, diagonal: true }), 'local');

export const CASES: Case[] = [
  {
    name: 'colora',
    config: full,
    models: { branches: { main: randomized(coloraStart(TINY, full, new Random(1), { clients: 3 }), 'colora') } },
    clients: [0, 2],
  },
  {
    name: 'diagonal-rslora',
    config: stable,
    models: { branches: { main: randomized(coloraStart(TINY, stable, new Random(1), { clients: 2, diagonal: true }), 'diagonal') } },
    clients: [1],
  },
  { name: 'mixture', config: stable, models: { branches: { global, local }, shares: { global: 0.3, local: 0.7 } }, clients: [1] },
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = process.argv[2];
  saveModel(join(folder, 'base'), { config: TINY, parameters: PARAMETERS });
  for (const { name, config, models, clients } of CASES) {
    for (const client of clients) {
      exportPeft(join(folder, `${name} ${client}`), models, config, { client, baseModel: join(folder, 'base') });
      const parameters = mergedModel(PARAMETERS, models, config, client);
      saveModel(join(folder, `${name} ${client} merged`), { config: TINY, parameters });
    }
  }
}
