import { jnp, random, type Tensor } from 'distaff';

const alphabet = 'abcdefghijklmnopqrstuvwxyz';
/** The token that fills what a short word leaves free, behind the letters 0 to 25; it also sorts behind them. */
const blank = 26;
/** The token that asks for an answer. */
export const mark = 27;
/** The most letters of a word. */
export const longest = 8;

/** Random words of random lengths, and the answers: their letters in alphabetical order. Both are i32[size, longest]. */
export function randomWords(key: Tensor, size: number): { words: Tensor; answers: Tensor } {
  const [letterKey, lengthKey] = random.split(key);
  const letters = random.randint(letterKey, [size, longest], 0, alphabet.length);
  const lengths = random.randint(lengthKey, [size, 1], 1, longest + 1);
  const words = jnp.where(jnp.less(jnp.arange(longest), lengths), letters, jnp.asarray(blank, 'int32'));
  return { words, answers: jnp.sort(words) };
}

/** A word's tokens, i32[1, longest]. Throws if it is too long or has other letters. */
export function toTokens(word: string): Tensor {
  if (!/^[a-z]*$/.test(word) || word.length > longest) {
    throw new Error(`A word has up to ${longest} letters from a to z, got '${word}'.`);
  }
  const tokens = [...word.padEnd(longest)].map((letter) => (letter === ' ' ? blank : alphabet.indexOf(letter)));
  return jnp.asarray([tokens], 'int32');
}

export function toText(tokens: Tensor): string {
  return [...tokens.dataSync()].map((token) => alphabet[token] ?? '').join('');
}
