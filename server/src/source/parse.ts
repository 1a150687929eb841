import { type Comment, type Node, type Program, parseSync, visitorKeys } from 'oxc-parser';

export type { Node, Program };

/** Where something stands in a file, in UTF-16 offsets. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Problem extends Range {
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
}

export interface ParsedFile {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  /** It imports or exports; else a JavaScript file is CommonJS. */
  readonly hasModuleSyntax: boolean;
  /** The first syntax error; the program is empty then. */
  readonly syntaxError: Problem | undefined;
}

/** Parses TypeScript or JavaScript; never throws. */
export function parseFile(path: string, text: string): ParsedFile {
  const { program, comments, errors, module } = parseSync(path, text, { sourceType: 'module' });
  const error = errors.find(({ severity }) => severity === 'Error');
  const label = error?.labels[0];
  const start = Math.min(label?.start ?? 0, text.length);
  const syntaxError: Problem | undefined = error && {
    start,
    end: Math.min(Math.max(label?.end ?? 0, start + 1), text.length),
    message: `${error.message.replace(/\.$/, '')}. Shapes are worked out again once the file parses.`,
    severity: 'error',
  };
  return { path, text, program, comments, hasModuleSyntax: module.hasModuleSyntax, syntaxError };
}

/** Calls `enter` for a node and everything below it, parents first; `false` skips what is below. */
export function walk(node: Node, enter: (node: Node, parents: readonly Node[]) => unknown): void {
  const parents: Node[] = [];
  const visit = (current: Node): void => {
    if (enter(current, parents) === false) return;
    parents.push(current);
    for (const key of visitorKeys[current.type] ?? []) {
      const child = (current as unknown as Record<string, unknown>)[key];
      if (Array.isArray(child)) {
        for (const item of child) if (isNode(item)) visit(item);
      } else if (isNode(child)) visit(child);
    }
    parents.pop();
  };
  visit(node);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
