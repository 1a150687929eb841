/** The TypeScript in a page of docs/, as a module whose line numbers are the page's: what it is checked and run as. */

export interface Page {
  readonly source: string;
  /** Headings of the sections that have code, which run on their own. */
  readonly sections: readonly string[];
}

/**
 * Code blocks between two headings (`##`) are one function; imports are the page's. A line's end says what its value
 * prints, `// → f32[2]`, or what console.log prints there, or the message of its error, `// throws …`; `…` at the end of either stands for the rest.
 */
export function toModule(markdown: string, library: string, checks: string): Page {
  const imports = new Map<string, Set<string>>();
  const sections: { title: string; hasCode: boolean }[] = [];
  let language: string | undefined;
  const lines = markdown
    .trimEnd()
    .split('\n')
    .map((line, i) => {
      const fence = /^```(.*)$/.exec(line);
      if (fence !== null) {
        language = language === undefined ? fence[1] : undefined;
        return '';
      }
      const heading = /^##? (.+)$/.exec(line)?.[1];
      if (language === undefined && heading !== undefined) {
        sections.push({ title: heading, hasCode: false });
        return `${sections.length === 1 ? '' : '}); '}section(${JSON.stringify(heading)}, async () => {`;
      }
      const section = sections.at(-1);
      if (language !== 'ts' || section === undefined) return '';
      section.hasCode = true;
      const [, names, from] = /^import \{ (.+) \} from '(.+)';$/.exec(line) ?? [];
      if (names === undefined || from === undefined) return checked(line, i + 1);
      const known = imports.get(from) ?? new Set();
      imports.set(from, known);
      for (const name of names.split(', ')) known.add(name);
      return '';
    });
  const all = [...imports].map(([from, names]) => {
    const path = from === 'distaff' ? library : from;
    return `import { ${[...names].join(', ')} } from '${path}';`;
  });
  const page = 'export const { sections, section } = newPage();';
  const first = `import { fails, newPage, shows } from '${checks}'; ${all.join(' ')} ${page} ${lines[0]}`;
  return {
    source: [first, ...lines.slice(1), '});', ''].join('\n'),
    sections: sections.filter(({ hasCode }) => hasCode).map(({ title }) => title),
  };
}

/** A line of code with a call that checks what its comment says. */
function checked(line: string, number: number): string {
  const thrown = /^(\s*)(.+?);\s*\/\/ throws (.*)$/.exec(line);
  if (thrown !== null) {
    const [, indent, expression, message] = thrown;
    return `${indent}await fails(${number}, ${JSON.stringify(message)}, async () => { ${expression}; });`;
  }
  const shown = /^(\s*)((?:(?:const|let) (?:[^=]|=>)+ = )|return )?(.+?);\s*\/\/ → (.*)$/.exec(line);
  if (shown === null) return line;
  const [, indent, assigned = '', expression = '', text] = shown;
  const value = /^console\.log\((.*)\)$/.exec(expression)?.[1] ?? expression;
  return `${indent}${assigned}shows(${number}, ${JSON.stringify(text)}, ${value});`;
}
