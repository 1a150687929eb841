import { config } from '../config';

/**
 * What unnamed submodules are called from now on: 'class', as Flax does, gives `Dense_0`, `Dense_1`; 'integer', as the
 * text of its tour has it, gives `0`, `1`. Names enter the keys of parameters, so both give other first values.
 */
export function autoNames(style: 'class' | 'integer'): void {
  if (style !== 'class' && style !== 'integer') {
    throw new RangeError(`nn.autoNames takes 'class' or 'integer', got ${String(style)}.`);
  }
  config.autoNames = style;
}
