import type MagicString from 'magic-string';
import type { Range } from './parse';

export interface Instrumented {
  readonly source: MagicString;
  readonly sites: readonly Site[];
}

/** A place in the source that reports the value it saw; ids are indices into the file's table. */
export interface Site extends Range {
  readonly kind: 'variable' | 'parameter' | 'return' | 'call' | 'param';
  /** Where the hint stands. */
  readonly anchor: number;
  /** The variable's or parameter's name. */
  readonly name: string | undefined;
  /** The variable has a type annotation, which the hint follows. */
  readonly annotated: boolean;
  /** A call whose value goes into a pattern, whose names show it. */
  readonly takenApart?: boolean;
  /** The module definition that the place is in. */
  readonly definition: number | undefined;
}
