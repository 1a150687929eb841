/** Reads msgpack, telling integers from floats, and says where data are damaged. */

/** The bytes are not what Flax writes: cut off, damaged, or something else. */
export class MsgpackError extends Error {
  /** `MsgpackError`. */
  override readonly name = 'MsgpackError';

  constructor(
    problem: string,
    /** The byte where the problem is. */
    readonly offset: number,
  ) {
    super(`${problem} (at byte ${offset}).`);
  }
}

/** What values become. Containers are plain arrays and objects. */
export interface MsgpackTypes {
  float(value: number): unknown;
  extension(type: number, data: Uint8Array, offset: number): unknown;
  /** Gets every object when it is complete. */
  object(value: Record<string, unknown>, offset: number): unknown;
}

/** Deeper than any state that somebody means, and far from the end of the stack. */
const DEEPEST = 1000;

const OWN = { enumerable: true, configurable: true, writable: true };

/** The values that begin with their code alone. */
const KINDS: Readonly<Record<number, (reader: MsgpackReader, at: number) => unknown>> = {
  192: () => null,
  194: () => false,
  195: () => true,
  196: (r) => r.binary(r.unsigned(1)),
  197: (r) => r.binary(r.unsigned(2)),
  198: (r) => r.binary(r.unsigned(4)),
  199: (r) => r.extension(r.unsigned(1)),
  200: (r) => r.extension(r.unsigned(2)),
  201: (r) => r.extension(r.unsigned(4)),
  202: (r) => r.types.float(r.number(4, (view, i) => view.getFloat32(i))),
  203: (r) => r.types.float(r.number(8, (view, i) => view.getFloat64(i))),
  204: (r) => r.unsigned(1),
  205: (r) => r.unsigned(2),
  206: (r) => r.unsigned(4),
  207: (r) => r.big((view, i) => view.getBigUint64(i)),
  208: (r) => r.number(1, (view, i) => view.getInt8(i)),
  209: (r) => r.number(2, (view, i) => view.getInt16(i)),
  210: (r) => r.number(4, (view, i) => view.getInt32(i)),
  211: (r) => r.big((view, i) => view.getBigInt64(i)),
  212: (r) => r.extension(1),
  213: (r) => r.extension(2),
  214: (r) => r.extension(4),
  215: (r) => r.extension(8),
  216: (r) => r.extension(16),
  217: (r) => r.string(r.unsigned(1)),
  218: (r) => r.string(r.unsigned(2)),
  219: (r) => r.string(r.unsigned(4)),
  220: (r) => r.array(r.unsigned(2)),
  221: (r) => r.array(r.unsigned(4)),
  222: (r, at) => r.map(r.unsigned(2), at),
  223: (r, at) => r.map(r.unsigned(4), at),
};

/** Reads one value from bytes. `start` is where they stand in the file, for messages. */
export class MsgpackReader {
  private readonly view: DataView;
  private at = 0;
  private depth = 0;

  constructor(
    private readonly bytes: Uint8Array,
    readonly types: MsgpackTypes,
    private readonly start = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The only value. Throws MsgpackError where the bytes are not msgpack, end too early or go on after it. */
  whole(): unknown {
    const value = this.value();
    const rest = this.bytes.length - this.at;
    if (rest > 0) throw this.error(`The value is complete, but ${rest} more bytes follow`, this.at);
    return value;
  }

  /** The next value. */
  value(): unknown {
    const at = this.at;
    const code = this.unsigned(1);
    if (code < 0x80) return code;
    if (code < 0x90) return this.map(code & 0x0f, at);
    if (code < 0xa0) return this.array(code & 0x0f);
    if (code < 0xc0) return this.string(code & 0x1f);
    if (code >= 0xe0) return code - 0x100;
    const read = KINDS[code];
    if (read === undefined) throw this.error('Not msgpack: no value begins with the byte 0xc1', at);
    return read(this, at);
  }

  unsigned(size: 1 | 2 | 4): number {
    return this.number(size, (view, i) =>
      size === 1 ? view.getUint8(i) : size === 2 ? view.getUint16(i) : view.getUint32(i),
    );
  }

  number(size: number, read: (view: DataView, at: number) => number): number {
    return read(this.view, this.take(size, 'a number'));
  }

  big(read: (view: DataView, at: number) => bigint): number | bigint {
    const value = read(this.view, this.take(8, 'a number'));
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** A part of the bytes, not a copy. */
  binary(length: number): Uint8Array {
    const at = this.take(length, `${length} bytes of data`);
    return this.bytes.subarray(at, at + length);
  }

  string(length: number): string {
    const at = this.at;
    const utf8 = this.binary(length);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(utf8);
    } catch {
      throw this.error(`A text of ${length} bytes is no UTF-8`, at);
    }
  }

  array(length: number): unknown[] {
    return this.inside(length, () => {
      const items: unknown[] = [];
      for (let i = 0; i < length; i++) items.push(this.value());
      return items;
    });
  }

  map(length: number, at: number): unknown {
    const entries = this.inside(2 * length, () => {
      const found: Record<string, unknown> = {};
      for (let i = 0; i < length; i++) {
        const key = this.key();
        const value = this.value();
        // Assigning would not make a key of that name.
        if (key === '__proto__') Object.defineProperty(found, key, { ...OWN, value });
        else found[key] = value;
      }
      return found;
    });
    return this.types.object(entries, this.start + at);
  }

  /** Python's dicts may have whole numbers for keys. */
  private key(): string {
    const at = this.at;
    const key = this.value();
    if (typeof key === 'string') return key;
    if (typeof key === 'number' || typeof key === 'bigint') return String(key);
    throw this.error(
      `The keys of a dict are texts or whole numbers; this one is ${key === null ? 'nil' : typeof key}`,
      at,
    );
  }

  extension(length: number): unknown {
    const type = this.number(1, (view, i) => view.getInt8(i));
    const offset = this.at;
    const data = this.binary(length);
    return this.types.extension(type, data, this.start + offset);
  }

  /** Each of `count` elements has at least one byte: a damaged length is found before memory is taken for it. */
  private inside<R>(count: number, read: () => R): R {
    const left = this.bytes.length - this.at;
    if (count > left)
      throw this.error(`The data end too early: ${count} more values should follow, ${left} bytes do`, this.at);
    if (++this.depth > DEEPEST) throw this.error(`The data are more than ${DEEPEST} containers deep`, this.at);
    const result = read();
    this.depth--;
    return result;
  }

  private take(size: number, what: string): number {
    const at = this.at;
    const left = this.bytes.length - at;
    if (size > left) throw this.error(`The data end too early: ${what} should follow, ${left} of ${size} bytes do`, at);
    this.at += size;
    return at;
  }

  private error(problem: string, at: number): MsgpackError {
    return new MsgpackError(problem, this.start + at);
  }
}
