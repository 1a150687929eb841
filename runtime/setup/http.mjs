import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

const idleMs = 30_000;
const maxRedirects = 5;

/**
 * GETs a URL, following redirects; the caller reads the body. Trusts what Node trusts and the certificates that pip is told of.
 * @param {string | URL} url
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{ response: http.IncomingMessage, url: URL }>} url: where the redirects have led
 */
export async function get(url, headers = {}) {
  let target = new URL(url);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await request(target, headers);
    const { statusCode = 0 } = response;
    const { location } = response.headers;
    if (statusCode < 300 || statusCode >= 400 || !location) return { response, url: target };
    response.resume();
    target = new URL(location, target);
  }
  throw new Error(`${withoutCredentials(url)} redirects more than ${maxRedirects} times.`);
}

/** A URL as it may be shown and logged. */
export function withoutCredentials(url) {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

function request(url, headers) {
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const request = client.get(url, { headers, ca: certificates(), timeout: idleMs }, resolve);
    request.on('timeout', () => request.destroy(new Error(`${url.host} has sent nothing for ${idleMs / 1000} s.`)));
    request.on('error', reject);
  });
}

function certificates() {
  const file = process.env.PIP_CERT ?? process.env.SSL_CERT_FILE;
  return file && existsSync(file) ? [...tls.rootCertificates, readFileSync(file, 'utf8')] : undefined;
}
