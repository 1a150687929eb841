/** Types only: `npm run check` holds what compiles here and, by `@ts-expect-error`, what must not. */
import {
  checkpoint,
  customGradient,
  customJvp,
  customVjp,
  grad,
  hessian,
  jacfwd,
  jacobian,
  jacrev,
  jvp,
  lax,
  linearize,
  nn,
  type remat,
  type Tensor,
  valueAndGrad,
  vjp,
} from 'distaff';

declare const x: Tensor;
interface Params {
  w: Tensor;
  b: [Tensor, Tensor];
}
declare const params: Params;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

const layer = (p: Params, input: Tensor) => ({ y: input.matMul(p.w), parts: p.b });
type Layer = { y: Tensor; parts: [Tensor, Tensor] };

// vjp: the output, and from its cotangent one for each argument
const [out, back] = vjp(layer, params, x);
ok<Equal<typeof out, Layer>>();
ok<Equal<ReturnType<typeof back>, [p: Params, input: Tensor]>>();
const [dp, dx] = back(out);
ok<Equal<typeof dp, Params>>();
ok<Equal<typeof dx, Tensor>>();
const [value, , aux] = vjp((a: Tensor) => [a.sum(), { shape: a.shape }] as const, x, { hasAux: true });
ok<Equal<typeof value, Tensor>>();
ok<Equal<typeof aux, { readonly shape: Tensor['shape'] }>>();
// @ts-expect-error the cotangent has the form of the output
back(x);
// @ts-expect-error an argument is missing
vjp(layer, params);

// jvp and linearize: tangents have the form of the arguments
const [y, dy] = jvp(layer, [params, x], [params, x]);
ok<Equal<typeof y, Layer>>();
ok<Equal<typeof dy, Layer>>();
const [, push] = linearize(layer, params, x);
ok<Equal<ReturnType<typeof push>, Layer>>();
push(params, x);
// @ts-expect-error a tangent is missing
jvp(layer, [params, x], [params]);
// @ts-expect-error a tangent of another form
push(x, x);

// jacobians: at each leaf of the output a tree of the argument's form
const jacobians = [jacobian(layer)(params, x), jacrev(layer)(params, x), jacfwd(layer)(params, x)] as const;
ok<Equal<(typeof jacobians)[number], { y: Params; parts: [Params, Params] }>>();
const matrix = jacrev((a: Tensor) => a.exp())(x);
ok<Equal<typeof matrix, Tensor>>();
const second = hessian((p: Params) => p.w.sum())(params);
ok<Equal<typeof second.w.b, [Tensor, Tensor]>>();
ok<Equal<typeof second.b, [Params, Params]>>();
// @ts-expect-error the function takes the parameters first
jacrev(layer)(x, x);

// customVjp: the rule's types follow the function's
const ruled = customVjp((p: Params, n: Tensor) => p.w.mul(n));
ok<Equal<ReturnType<typeof ruled>, Tensor>>();
ruled.defvjp(
  (p, n) => [p.w.mul(n), { n, w: p.w }],
  ({ n, w }, g) => [{ w: g.mul(n), b: [g, g] }, g.mul(w)],
);
ruled.defvjp(
  (p, n) => [p.w.mul(n), n],
  (_, g) => [null, g],
);
const fwd = (p: Params, n: Tensor) => [p.w.mul(n), n] as const;
const short = (_: Tensor, g: Tensor) => [g] as const;
const swapped = (p: Params) => [p, null] as const;
// @ts-expect-error a cotangent for each argument
ruled.defvjp(fwd, short);
// @ts-expect-error fwd gives the output first
ruled.defvjp(swapped, () => [null, null]);
const fixed = customVjp((n: number, a: Tensor) => a.mul(n), { nondiffArgnums: [0] });
fixed.defvjp(
  (n, a) => [a.mul(n), null],
  (n: number, _residuals: null, g: Tensor) => [g.mul(n)],
);
grad((a: Tensor) => fixed(2, a).sum())(x);
const tangents = customJvp((a: Tensor, b: Tensor) => a.mul(b)).defjvp(([a, b], [da, db]) => [
  a.mul(b),
  da.mul(b).add(a.mul(db)),
]);
ok<Equal<ReturnType<typeof tangents>, Tensor>>();
const own = customGradient((a: Tensor) => [a.exp(), (g: Tensor) => [g]] as const);
ok<Equal<typeof own, (a: Tensor) => Tensor>>();

// checkpoint keeps the function's type, a Model's too
ok<Equal<ReturnType<typeof checkpointed>, Layer>>();
const checkpointed = checkpoint(layer);
checkpointed(params, x);
// @ts-expect-error an argument is missing
checkpointed(params);
ok<Equal<typeof remat, typeof checkpoint>>();

// Models are pytrees

const model = nn.Model(nn.Dense.partial({ features: 2 }), {});
const [, backToModel] = vjp((m: typeof model) => m(x), model);
ok<Equal<ReturnType<typeof backToModel>, [m: typeof model]>>();
const tangentOfModel = jvp((m: typeof model, input: Tensor) => m(input), [model, x], [model, x])[1];
ok<Equal<typeof tangentOfModel, Tensor>>();

// what a function returns in brackets is a tuple, however deep
const series = (carry: readonly [nn.LSTMCarry, Tensor], row: Tensor) => nn.LSTMCell(carry[0], row);
const [[[c], end], [seen, norms]] = lax.scan(
  (carry: [nn.LSTMCarry, Tensor], row) => {
    const [next, h] = series(carry, row);
    return [
      [next, row],
      [h, { norm: h.norm() }],
    ];
  },
  [[x, x], x],
  x,
);
ok<Equal<typeof c, Tensor>>();
ok<Equal<typeof end, Tensor>>();
ok<Equal<typeof seen, Tensor>>();
ok<Equal<typeof norms, { norm: Tensor }>>();
// @ts-expect-error the carry keeps its form
lax.scan(([a, b], row) => [[a, b, b], row], [x, x], x);
const [first, counts] = lax.foriLoop(0, 3, (_, [a, { n }]) => [a, { n: n.add(a) }], [x, { n: x }]);
ok<Equal<typeof first, Tensor>>();
ok<Equal<typeof counts, { n: Tensor }>>();
const [[loss, [logits, state]]] = valueAndGrad(
  (p: Params) => {
    const [y, state] = nn.stateful(() => p.w.matMul(x));
    return [y.sum(), [y, state]];
  },
  { hasAux: true },
)(params);
ok<Equal<typeof loss, Tensor>>();
ok<Equal<typeof logits, Tensor>>();
ok<Equal<typeof state, nn.Collection>>();
const [[both, shape]] = nn.stateful(() => [x, { shape: 1 }]);
ok<Equal<typeof both, Tensor>>();
ok<Equal<typeof shape, { shape: number }>>();
// callers whose own types are not known yet
const within = <S, Y>(step: (state: S, row: Tensor) => [S, Y], start: S) => lax.scan(step, start, x);
ok<Equal<ReturnType<typeof within<Tensor, number>>, [carry: Tensor, ys: number]>>();
