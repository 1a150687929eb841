import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { findInIndex } from '../../../runtime/setup/packageIndex.mjs';
import { type Loopback, serve } from './loopback';

const wheel = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl';
const other = 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl';
let server: Loopback | undefined;
afterEach(() => server?.close());

async function find(handler: RequestListener, index = (url: string) => `${url}/simple/`) {
  server = await serve(handler);
  return findInIndex(index(server.url), wheel);
}

const html =
  (body: string): RequestListener =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(body);

describe('a Python package index', () => {
  it('is asked for the normalized name of the project', async () => {
    await find(html(`<a href="/f/${wheel}">${wheel}</a>`));
    expect(server?.requests.map(({ url }) => url)).toEqual(['/simple/tensorflow-cpu/']);
  });

  it('answers with JSON (PEP 691)', async () => {
    const files = [other, wheel].map((filename) => ({ filename, url: `https://files.test/${filename}`, hashes: {} }));
    const url = await find((_, response) =>
      response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' }).end(JSON.stringify({ files })),
    );
    expect(url).toBe(`https://files.test/${wheel}`);
  });

  it('or with a page of links (PEP 503), whose addresses are relative to the page', async () => {
    const url = await find(
      html(`<a href="../../f/${other}#sha256=1">x</a>\n<a rel="x" href='../../f/${wheel}?a=1&amp;b=2#sha256=2'>y</a>`),
    );
    expect(url).toBe(`${server?.url}/f/${wheel}?a=1&b=2`);
  });

  it('gets the password of its address again for a file on the same host, and no other host does', async () => {
    const withPassword = (url: string) => url.replace('//', '//me:secret@');
    const same = await find(html(`<a href="/f/${wheel}">y</a>`), (url) => `${withPassword(url)}/simple`);
    expect(same).toBe(`${withPassword(server?.url ?? '')}/f/${wheel}`);
    expect(server?.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    await server?.close();
    const elsewhere = await find(html(`<a href="https://files.test/${wheel}">y</a>`), (url) => withPassword(url));
    expect(elsewhere).toBe(`https://files.test/${wheel}`);
  });

  it('that lacks the file is named in the error, without its password', async () => {
    const withPassword = (url: string) => url.replace('//', '//me:secret@');
    const message = await find(html(`<a href="/f/${other}">x</a>`), withPassword).catch(
      (error: Error) => error.message,
    );
    expect(message).toBe(`${server?.url}/tensorflow-cpu/ does not list ${wheel}.`);
  });

  it('that refuses says how', async () => {
    const refusing: RequestListener = (_, response) => response.writeHead(403).end();
    await expect(find(refusing)).rejects.toThrow('/simple/tensorflow-cpu/ answered 403 Forbidden.');
  });
});
