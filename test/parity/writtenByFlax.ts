/** Reads the bytes that flax.serialization.to_bytes wrote, with a msgpack reader that is not ours. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decode, ExtensionCodec } from '@msgpack/msgpack';
import type { GoldenArray } from './golden';

/** Flax writes arrays as extension 1, which holds msgpack of [shape, dtype, bytes]. */
const codec = new ExtensionCodec();
codec.register({
  type: 1,
  encode: () => null,
  decode: (bytes): GoldenArray => {
    const [shape, dtype, data] = decode(bytes) as [number[], string, Uint8Array];
    if (dtype !== '<f4') throw new Error(`The tour's state holds float32 only, got ${dtype}.`);
    const floats = new Float32Array(Uint8Array.from(data).buffer);
    return { dtype: 'float32', shape, data: [...floats] };
  },
});

interface TourState {
  readonly optimizer: { readonly target: { params: unknown }; readonly state: { step: number } };
}

/** The train state of the tour's serialization cell. */
export function writtenByFlax(file: string): TourState {
  const bytes = readFileSync(path.join(import.meta.dirname, '../golden', file));
  return decode(bytes, { extensionCodec: codec }) as TourState;
}
