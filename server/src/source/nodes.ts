import type { Node } from './parse';

/** What runs later, or for each instance, rather than where it stands. */
export function isFunction({ type }: Node): boolean {
  return /^(FunctionExpression|FunctionDeclaration|ArrowFunctionExpression|StaticBlock|PropertyDefinition|AccessorProperty)$/.test(
    type,
  );
}

/** What a statement repeats or decides on rather than simply does. */
export function isControlFlow({ type }: Node): boolean {
  return /^(Block|For|ForIn|ForOf|While|DoWhile|If|Switch|Try|Labeled|With)Statement$/.test(type);
}

/** Types, which are gone when code runs. */
export function isType({ type }: Node): boolean {
  return type.startsWith('TS') && !RUNS.test(type);
}

const RUNS =
  /^TS(AsExpression|SatisfiesExpression|NonNullExpression|TypeAssertion|InstantiationExpression|Enum|Module|ParameterProperty|ExportAssignment|ImportEquals|ExternalModule|QualifiedName)/;

/** What an expression is under parentheses and type syntax. */
export function bare(node: Node): Node {
  switch (node.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
      return bare(node.expression);
    default:
      return node;
  }
}

/** An identifier's or a string's name; empty for anything else. */
export function nameOf(node: Node): string {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' ? String(node.value) : '';
}
