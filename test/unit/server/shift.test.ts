import { describe, expect, it } from 'vitest';
import { shifter } from '../../../server/src/shift';

/** The text after an edit, with `|` where the places marked in the text before are now. */
function carried(before: string, after: string): string {
  const parts = before.split('|');
  const text = parts.join('');
  const shift = shifter(text, after);
  let offset = 0;
  const places = parts.slice(0, -1).map((part) => {
    offset += part.length;
    return shift(offset);
  });
  let shown = after;
  for (const place of places.filter((place) => place !== undefined).sort((a, b) => b - a)) {
    shown = `${shown.slice(0, place)}|${shown.slice(place)}`;
  }
  return shown;
}

describe('a hint', () => {
  it('stays where its text is when other text is typed, before it and behind it', () => {
    expect(carried('const y| = f(x)|;', 'const longer = 1;\nconst y = f(x);')).toBe(
      'const longer = 1;\nconst y| = f(x)|;',
    );
    expect(carried('const y| = f(x)|;', 'const y = f(x);\n// end')).toBe('const y| = f(x)|;\n// end');
    expect(carried('const y| = f(x)|;', 'const y = f(x, 3);')).toBe('const y| = f(x, 3)|;');
    expect(carried('f(x)|', 'f(x).mul(2)')).toBe('f(x)|.mul(2)');
  });

  it('stays behind its name while that is typed on or shortened', () => {
    expect(carried('const y| = 1', 'const yes = 1')).toBe('const yes| = 1');
    expect(carried('const yes| = 1', 'const y = 1')).toBe('const y| = 1');
    expect(carried('return x|;', 'return x2;')).toBe('return x2|;');
  });

  it('goes with the text that it stood in', () => {
    expect(carried('a\nconst y| = f(x)|;\nb', 'a\nb')).toBe('a\nb');
    expect(carried('const y| = f(x)|;', 'const = g(x);')).toBe('const = g(x)|;');
  });

  it('stays between two edits that are far apart', () => {
    const before = 'import a;\n\nconst y| = f(x)|;\nconst z| = g(y)|;\n\nreturn z|;\n';
    const after = 'import a;\nimport b;\n\nconst y = f(x);\nconst z = g(y);\n\nconst w = 1;\nreturn z.add(w);\n';
    expect(carried(before, after)).toBe(
      'import a;\nimport b;\n\nconst y| = f(x)|;\nconst z| = g(y)|;\n\nconst w = 1;\nreturn z|.add(w);\n',
    );
  });

  it('stays at its line when that is changed and others are put behind it', () => {
    expect(carried('const y| = f(x, 4)|;\n  return y|;', 'const yes = f(x, 4);\n  const z = 1;\n  return y;')).toBe(
      'const yes| = f(x, 4)|;\n  const z = 1;\n  return y|;',
    );
  });

  it('follows when the file is formatted, its lines change ends or blocks trade places', () => {
    expect(carried('{\nconst y| = f(x)|;\nreturn y|;\n}', '{\n  const y = f(x);\n  return y;\n}')).toBe(
      '{\n  const y| = f(x)|;\n  return y|;\n}',
    );
    expect(carried('const a| = 1;\nconst b| = 2;\nconst c| = 3;\n', 'const c = 3;\nconst a = 1;\nconst b = 2;\n')).toBe(
      'const c = 3;\nconst a| = 1;\nconst b| = 2;\n',
    );
  });

  it('comes with every offset of a text that did not change, and none of an emptied one but its start', () => {
    expect(carried('|a|b|', 'ab')).toBe('|a|b|');
    expect(shifter('some text', '')(4)).toBeUndefined();
    expect(shifter('', 'some text')(0)).toBe(0);
  });

  it('is carried over a file of 20,000 lines at once', () => {
    const line = (i: number) => `const y${i} = f(x${i});\n`;
    const lines = Array.from({ length: 20_000 }, (_, i) => line(i));
    const after = ['// first\n', ...lines.map((text, i) => (i % 500 === 0 ? `${text}// more\n` : text))].join('');
    const started = performance.now();
    const shift = shifter(lines.join(''), after);
    const at = lines.join('').indexOf('y19999');
    expect(after.slice(shift(at)).startsWith('y19999 = ')).toBe(true);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
