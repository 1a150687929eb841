/**
 * Writes msgpack as Python's msgpack does: the shortest form for integers and lengths, doubles for floats. (Packages for
 * JavaScript write the number 1 and the float 1.0 alike, and so cannot give Python's bytes.)
 */

/** Data of at least this size are not copied before the end. */
const LARGE = 4096;
const LARGEST_BLOCK = 2 ** 16;

export class MsgpackWriter {
  private readonly parts: Uint8Array[] = [];
  private buffer = new Uint8Array(256);
  private view = new DataView(this.buffer.buffer);
  private used = 0;
  private blockSize = 256;

  nil(): void {
    this.byte(0xc0);
  }

  boolean(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  /** A whole number of at most 64 bits. */
  integer(value: number | bigint): void {
    if (value >= 2 ** 32) this.wide(0xcf, (at) => this.view.setBigUint64(at, BigInt(value)));
    else if (value < -(2 ** 31)) this.wide(0xd3, (at) => this.view.setBigInt64(at, BigInt(value)));
    else if (value >= 0) this.unsigned(Number(value));
    else this.negative(Number(value));
  }

  private unsigned(value: number): void {
    if (value < 0x80) this.byte(value);
    else this.sized(value, [0xcc, 0xcd, 0xce]);
  }

  private negative(value: number): void {
    if (value >= -0x20) this.byte(value & 0xff);
    else if (value >= -0x80) this.bytesOf(0xd0, [value & 0xff]);
    else if (value >= -0x8000) this.bytesOf(0xd1, [(value >> 8) & 0xff, value & 0xff]);
    else this.bytesOf(0xd2, [(value >> 24) & 0xff, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
  }

  float(value: number): void {
    this.wide(0xcb, (at) => this.view.setFloat64(at, value));
  }

  string(value: string): void {
    const utf8 = new TextEncoder().encode(value);
    if (utf8.length < 32) this.byte(0xa0 | utf8.length);
    else this.sized(utf8.length, [0xd9, 0xda, 0xdb]);
    this.raw(utf8);
  }

  binary(value: Uint8Array): void {
    this.sized(value.length, [0xc4, 0xc5, 0xc6]);
    this.raw(value);
  }

  /** The elements follow. */
  arrayHeader(length: number): void {
    if (length < 16) this.byte(0x90 | length);
    else this.sized(length, [undefined, 0xdc, 0xdd]);
  }

  /** Keys and values follow. */
  mapHeader(length: number): void {
    if (length < 16) this.byte(0x80 | length);
    else this.sized(length, [undefined, 0xde, 0xdf]);
  }

  /** An extension whose data are what `content` holds. */
  extension(type: number, content: MsgpackWriter): void {
    const { length } = content;
    const fixed = [1, 2, 4, 8, 16].indexOf(length);
    if (fixed >= 0) this.byte(0xd4 + fixed);
    else this.sized(length, [0xc7, 0xc8, 0xc9]);
    this.byte(type & 0xff);
    content.flush();
    this.flush();
    this.parts.push(...content.parts);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    if (bytes.length >= LARGE) {
      this.flush();
      this.parts.push(bytes);
      return;
    }
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  get length(): number {
    return this.parts.reduce((sum, part) => sum + part.length, this.used);
  }

  /** Everything that was written. */
  finish(): Uint8Array {
    const whole = new Uint8Array(this.length);
    this.flush();
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** A length or a small integer, after the first of three codes (for 8, 16, 32 bits) that has room for it. */
  private sized(value: number, [code8, code16, code32]: readonly [number | undefined, number, number]): void {
    if (value <= 0xff && code8 !== undefined) this.bytesOf(code8, [value]);
    else if (value <= 0xffff) this.bytesOf(code16, [value >> 8, value & 0xff]);
    else if (value <= 0xffff_ffff)
      this.bytesOf(
        code32,
        [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff),
      );
    else throw new RangeError(`${value} bytes are more than msgpack can hold in one piece, 2^32 - 1.`);
  }

  private wide(code: number, set: (at: number) => void): void {
    this.byte(code);
    this.reserve(8);
    set(this.used);
    this.used += 8;
  }

  private bytesOf(code: number, bytes: readonly number[]): void {
    this.byte(code);
    for (const byte of bytes) this.byte(byte);
  }

  private byte(value: number): void {
    this.reserve(1);
    this.buffer[this.used++] = value;
  }

  private reserve(count: number): void {
    if (this.used + count <= this.buffer.length) return;
    this.flush();
    this.blockSize = Math.min(2 * this.blockSize, LARGEST_BLOCK);
    this.buffer = new Uint8Array(Math.max(this.blockSize, count));
    this.view = new DataView(this.buffer.buffer);
  }

  private flush(): void {
    if (this.used > 0) this.parts.push(this.buffer.subarray(0, this.used));
    this.buffer = this.buffer.subarray(this.used);
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset);
    this.used = 0;
  }
}
