import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback that remembers what it was asked. */
export async function serve(handler: RequestListener) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, requests, close };
}

export type Loopback = Awaited<ReturnType<typeof serve>>;

/** Answers with a file, or the part of it that a Range header asks for. */
export const serveFile =
  (content: Buffer): RequestListener =>
  (request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const size = content.length;
    if (start >= size) {
      response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    const range = { 'content-range': `bytes ${start}-${size - 1}/${size}` };
    const headers = { 'content-length': size - start, ...(request.headers.range ? range : {}) };
    response.writeHead(request.headers.range ? 206 : 200, headers).end(content.subarray(start));
  };
