import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Reader } from './sources';

const CHUNK_BYTES = 1 << 16;

/** Lines of UTF-8 text files, without their ends (\n or \r\n); a last one need not have an end. */
export const lines: Reader<string> = {
  async *read(path, skip) {
    const handle = await open(path);
    try {
      const decoder = new StringDecoder('utf8');
      const chunk = Buffer.alloc(CHUNK_BYTES);
      let rest = '';
      let index = 0;
      for (;;) {
        const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, null);
        const text = bytesRead === 0 ? decoder.end() : decoder.write(chunk.subarray(0, bytesRead));
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        if (bytesRead === 0 && rest !== '') parts.push(rest);
        for (const line of parts) if (index++ >= skip) yield line.endsWith('\r') ? line.slice(0, -1) : line;
        if (bytesRead === 0) return;
      }
    } finally {
      await handle.close();
    }
  },
};
