/** Reads tfjs-node's kernels: every TensorFlow op whose name they pass to a backend has a shape rule. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ABSTRACT_BACKEND } from '../../runtime/src/bindings/abstract';
import { shapeRules } from '../../runtime/src/bindings/rules/index';
import { tf } from './tfjs';

const tfjsNode = new URL('../../node_modules/@tensorflow/tfjs-node/dist/', import.meta.url);
const kernels = readdirSync(new URL('kernels/', tfjsNode)).filter((file) => file.endsWith('.js'));

/** A call that runs an op, and the expression that names the op. */
const EXECUTION = /\b(execute(?:SingleInput|SingleOutput|MultipleOutputs|EncodeImageOp|Op))\(\s*([^,()]+),/g;

/** In the backend class these pass on the name that their caller gave. */
const PASSED_ON = 4;

interface Emitted {
  readonly ops: Set<string>;
  /** Expressions that are neither a string nor one of tfjs-core's kernel names. */
  readonly unclear: string[];
}

function emittedBy(file: string): Emitted {
  const source = readFileSync(new URL(file, tfjsNode), 'utf8');
  const ops = new Set<string>();
  const unclear: string[] = [];
  for (const [, , name = ''] of source.matchAll(EXECUTION)) {
    const literal = /^'(\w+)'$/.exec(name.trim())?.[1];
    const constant = /^tfjs_1\.(\w+)$/.exec(name.trim())?.[1];
    const op = literal ?? (constant && (tf as unknown as Record<string, unknown>)[constant]);
    if (typeof op === 'string') ops.add(op);
    else unclear.push(`${file}: ${name}`);
  }
  return { ops, unclear };
}

/** Kernels that only call other kernels. */
const COMPOSED = ['ClipByValue', 'FusedConv2D', 'FusedDepthwiseConv2D', 'Identity', 'Prelu', '_FusedMatMul'];

describe("tfjs-node's kernels", () => {
  test.each(kernels)('%s emits ops that have rules', (file) => {
    const { ops, unclear } = emittedBy(`kernels/${file}`);
    expect(unclear).toEqual([]);
    expect(ops.size > 0).toBe(!COMPOSED.includes(file.replace(/\.js$/, '')));
    for (const op of ops) expect(shapeRules, `the op ${op}`).toHaveProperty(op);
  });

  test('and the backend itself, with its images and summaries, emit ops that have rules', () => {
    const { ops, unclear } = emittedBy('nodejs_kernel_backend.js');
    expect(unclear).toHaveLength(PASSED_ON);
    expect([...ops].sort()).toEqual([
      'CreateSummaryFileWriter',
      'DecodeBmp',
      'DecodeGif',
      'DecodeJpeg',
      'DecodePng',
      'Div',
      'DivNoNan',
      'EncodeJpeg',
      'EncodePng',
      'FlushSummaryWriter',
      'SummaryWriter',
      'Where',
      'WriteScalarSummary',
      'WriteSummary',
    ]);
    for (const op of ops) expect(shapeRules, `the op ${op}`).toHaveProperty(op);
  });
});

describe("the library's own kernels", () => {
  test('are ops that have rules, where they are named so', () => {
    const own = tf.getKernelsForBackend(ABSTRACT_BACKEND).map(({ kernelName }) => kernelName);
    const ops = own.filter((name) => name.startsWith('Distaff'));
    expect(ops.length).toBeGreaterThan(0);
    for (const op of ops) expect(shapeRules, `the op ${op}`).toHaveProperty(op);
  });

  test("name no op of TensorFlow's that has no rule", () => {
    const source = readFileSync(new URL('../../runtime/src/bindings/addedKernels.ts', import.meta.url), 'utf8');
    const ops = [...source.matchAll(/'([A-Z]\w+)'/g)].map(([, name = '']) => name);
    expect(ops.length).toBeGreaterThan(0);
    for (const op of ops) expect(shapeRules, `the op ${op}`).toHaveProperty(op);
  });
});
