import { text } from 'node:stream/consumers';
import { get, withoutCredentials } from './http.mjs';

const accept = 'application/vnd.pypi.simple.v1+json, text/html;q=0.5';

/** The Python package index that the environment names, or undefined. */
export const configuredIndex = () =>
  process.env.PIP_INDEX_URL || process.env.UV_DEFAULT_INDEX || process.env.UV_INDEX_URL || undefined;

/**
 * Where a simple index (PEP 503, PEP 691) has a file.
 * @param {string} index its URL
 * @param {string} file a wheel's file name
 * @returns {Promise<string>} a URL
 */
export async function findInIndex(index, file) {
  const project = file
    .slice(0, file.indexOf('-'))
    .replaceAll(/[-_.]+/g, '-')
    .toLowerCase();
  const { response, url: page } = await get(`${index.replace(/\/+$/, '')}/${project}/`, { accept });
  const body = await text(response);
  if (response.statusCode !== 200) {
    throw new Error(`${withoutCredentials(page)} answered ${response.statusCode} ${response.statusMessage}.`);
  }
  const isJson = response.headers['content-type']?.includes('json');
  const links = isJson ? JSON.parse(body).files.map((entry) => entry.url) : linksOf(body);
  for (const link of links) {
    const url = new URL(link, page);
    if (decodeURIComponent(url.pathname).endsWith(`/${file}`)) return withCredentialsOf(new URL(index), url);
  }
  throw new Error(`${withoutCredentials(page)} does not list ${file}.`);
}

const linksOf = (html) =>
  [...html.matchAll(/<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)].map(([, double, single]) =>
    (double ?? single ?? '').replaceAll('&amp;', '&'),
  );

function withCredentialsOf(index, url) {
  if (url.host === index.host && !url.username) {
    url.username = index.username;
    url.password = index.password;
  }
  url.hash = '';
  return url.href;
}
