// The licences of everything that is published and not ours.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPackage } from './modules.mjs';

const LICENCE_FILE = /^(licen[cs]e|copying|notice|third-?party-?notices?)([.-].*)?$/i;

/** Native code is a part of the package that has the licence's text. */
const PARENTS = { '@esbuild/': 'esbuild', '@oxc-parser/': 'oxc-parser', '@oxc-resolver/': 'oxc-resolver' };

const mit = (holder) => `Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** For packages that name a licence and ship no text of it. */
const textOf = (name, license, author) => {
  const [, parent] = Object.entries(PARENTS).find(([scope]) => name.startsWith(scope)) ?? [];
  if (parent) return `See ${parent}.`;
  if (license === 'Apache-2.0') return 'The text of the Apache License 2.0 is in the file LICENSE.';
  if (license === 'MIT' && author) return mit(author);
  throw new Error(
    `${name} ships no text of its licence (${license}). Name where it is in scripts/package/notices.mjs.`,
  );
};

const licenceText = (folder) =>
  readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    .join('\n\n');

const notice = (folder) => {
  const { name, version, license, author } = readPackage(folder);
  const holder = typeof author === 'string' ? author : author?.name;
  return { name, version, license, text: licenceText(folder) || textOf(name, license, holder) };
};

/**
 * One text with each package's name, version and licence. Throws for a package whose licence text is nowhere.
 * @param {string[]} folders
 */
export const thirdPartyNotices = (folders) => {
  const notices = folders.map(notice).sort((a, b) => (a.name < b.name ? -1 : 1));
  const rule = '='.repeat(78);
  const sections = notices.map(
    ({ name, version, license, text }) => `${rule}\n${name} ${version} (${license})\n${rule}\n\n${text}\n`,
  );
  return `Distaff contains the following third-party software.\n\n${sections.join('\n')}`;
};
