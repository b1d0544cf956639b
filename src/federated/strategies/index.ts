import { UserError } from '../../core/index.ts';
import type { Strategy } from '../strategy.ts';
import { colora } from './colora.ts';
import { ditto } from './ditto.ts';
import { feddpaF, feddpaT } from './feddpa.ts';
import { fedexLora } from './fedex-lora.ts';
import { fedit, feditLocal } from './fedit.ts';
import { fedAlora, fedsaLora } from './fedsa-lora.ts';
import { ffaLora } from './ffa-lora.ts';
import { flexlora } from './flexlora.ts';
import { flora } from './flora.ts';
import { local } from './local.ts';
import { loraXs } from './lora-xs.ts';
import { pooled } from './pooled.ts';

export { type ColoraOptions, type ColoraScheme, colora, retracted } from './colora.ts';
export { truncated } from './flexlora.ts';

/** Every strategy by name, CoLoRA in each of its schemes. */
export const STRATEGIES: readonly Strategy[] = [
  local,
  pooled,
  fedit,
  feditLocal,
  ffaLora,
  fedsaLora,
  fedAlora,
  feddpaF,
  feddpaT,
  flora,
  fedexLora,
  flexlora,
  ditto,
  loraXs,
  colora(),
  colora({ scheme: 'averaging' }),
  colora({ scheme: 'alternating' }),
  colora({ scheme: 'retraction' }),
  colora({ diagonal: true }),
];

/** The strategy of a name. @throws UserError when there is none */
export function strategyNamed(name: string): Strategy {
  const strategy = STRATEGIES.find((one) => one.name === name);
  if (strategy !== undefined) return strategy;
  throw new UserError(`strategy: name must be one of ${STRATEGIES.map((one) => one.name).join(', ')}, got '${name}'`);
}
