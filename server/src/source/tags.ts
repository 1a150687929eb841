import type { Comment } from 'oxc-parser';
import { type ParsedFile, type Problem, parseFile, type Range } from './parse';
import { mentionedNames } from './references';

/** One `@input`: `@input x f32[B, 784]`, or without the name. */
export interface InputTag extends Range {
  readonly parameter: string | undefined;
  /** The spec as written; the analysis process parses it. */
  readonly text: string;
  /** Where the spec starts, for errors inside it. */
  readonly textStart: number;
}

/** What a module's JSDoc says of how to run it. */
export interface ModuleTags {
  readonly inputs: readonly InputTag[];
  /** `@with { features: 10 }`: the options, an object expression. */
  readonly options: (Range & { readonly text: string; readonly mentions: ReadonlySet<string> }) | undefined;
  readonly problems: readonly Problem[];
}

/** Reads the tags in the comments directly before any of the places. */
export function tagsBefore(file: ParsedFile, places: readonly number[]): ModuleTags {
  const docs = new Set(places.flatMap((place) => docBefore(file, place) ?? []));
  const inputs: InputTag[] = [];
  const problems: Problem[] = [];
  let options: ModuleTags['options'];
  for (const { start, end } of docs) {
    for (const tag of readTags(file.text.slice(start, end - 2), start)) {
      if (tag.name === 'input') {
        const input = readInput(tag);
        if ('message' in input) problems.push(input);
        else inputs.push(input);
      } else if (tag.name === 'with') {
        const read = readOptions(tag);
        if ('message' in read) problems.push(read);
        else options = { ...tag, mentions: read };
      }
    }
  }
  return { inputs, options, problems };
}

/** The last JSDoc comment that only space and other comments part from a place. */
function docBefore({ text, comments }: ParsedFile, place: number): Comment | undefined {
  let at = place;
  for (let i = lastBefore(comments, place); i >= 0; i--) {
    const comment = comments[i] as Comment;
    if (text.slice(comment.end, at).trim() !== '') return undefined;
    if (comment.type === 'Block' && comment.value.startsWith('*')) return comment;
    at = comment.start;
  }
  return undefined;
}

/** The index of the last comment that ends before a place, by bisection: comments are in order. */
function lastBefore(comments: readonly Comment[], place: number): number {
  let [from, to] = [0, comments.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((comments[middle] as Comment).end <= place) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}

interface Tag extends Range {
  readonly name: string;
  readonly text: string;
}

/** `@name text` up to the next tag, an empty line or the comment's end; the stars of continued lines become spaces. */
function readTags(comment: string, offset: number): Tag[] {
  const clean = comment.replace(/\n[ \t]*\*/g, (line) => `\n${' '.repeat(line.length - 1)}`);
  return [...clean.matchAll(/@(\w+)[ \t]*/g)].flatMap((found, i, all) => {
    const from = found.index + found[0].length;
    const to = all[i + 1]?.index ?? clean.length;
    const text = (clean.slice(from, to).split(/\r?\n[ \t]*\r?\n/)[0] as string).trimEnd();
    return [{ name: found[1] as string, text, start: offset + from, end: offset + from + text.length }];
  });
}

function readInput(tag: Tag): InputTag | Problem {
  const named = /^([A-Za-z_$][\w$]*)\s+(?=\S)/.exec(tag.text);
  const text = tag.text.slice(named?.[0].length ?? 0);
  if (text === '') {
    return { ...tag, message: 'Expected an input after @input, for example: @input x f32[B, 784].', severity: 'error' };
  }
  return { start: tag.start, end: tag.end, parameter: named?.[1], text, textStart: tag.end - text.length };
}

/** The names that an options object mentions. */
function readOptions(tag: Tag): Set<string> | Problem {
  const { syntaxError, program } = parseFile('with.ts', `(${tag.text})`);
  const statement = program.body[0];
  const isObject =
    statement?.type === 'ExpressionStatement' &&
    statement.expression.type === 'ParenthesizedExpression' &&
    statement.expression.expression.type === 'ObjectExpression';
  if (syntaxError === undefined && isObject) return mentionedNames(statement);
  return {
    start: tag.start,
    end: Math.max(tag.end, tag.start + 1),
    message: `Expected an options object after @with, for example: @with { features: 10 }; got '${tag.text}'.`,
    severity: 'error',
  };
}
