/**
 * Bound of a type parameter: any value. It has TypeScript take what a function returns in brackets for a tuple,
 * `return [[c, h], y]`, where it would take it for an array.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: functions that return nothing are allowed.
export type Literal = [] | NonNullable<unknown> | null | undefined | void;
