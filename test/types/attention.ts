/** Types only: `npm run check` holds what compiles here and, by `@ts-expect-error`, what must not. */
import { grad, nn, type ShapeDtypeStruct, type Tensor } from 'distaff';

declare const key: Tensor;
declare const x: Tensor;
declare const params: nn.Params;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const ok = <_T extends true>() => {};

// The number of heads is required until a partial gives it.
// @ts-expect-error: numHeads is missing.
nn.SelfAttention(x);
nn.SelfAttention.partial({ numHeads: 2 })(x, { paddingMask: x });
// @ts-expect-error: there is no such option.
nn.SelfAttention(x, { numHeads: 2, mask: x });
// @ts-expect-error: the inputs attended to come first; null stands for the same.
nn.MultiHeadDotProductAttention(x, { numHeads: 2 });
const attended = nn.MultiHeadDotProductAttention(x, null, { numHeads: 2 });
ok<Equal<typeof attended, Tensor>>();
const [struct] = nn.MultiHeadDotProductAttention.initByShape(key, [[1, 3, 4], null], { numHeads: 2 });
ok<Equal<typeof struct, ShapeDtypeStruct>>();

// One function may stand for another; what it takes is known.
nn.SelfAttention(x, { numHeads: 2, attentionFn: nn.dotProductAttention });
nn.SelfAttention(x, {
  numHeads: 2,
  attentionFn: (query, k, value, { bias }) => nn.dotProductAttention(query, k, value, { bias }),
});
// @ts-expect-error: it gives a tensor.
nn.SelfAttention(x, { numHeads: 2, attentionFn: () => 1 });

// A cache stays a cache; a collection is none.
const attend = nn.SelfAttention.partial({ numHeads: 2, causalMask: true });
const [[, made], shapes] = new nn.attention.Cache().mutate((cache) => attend.init(key, x, { cache }));
const [y, cache] = shapes.initializeCache([1, 8]).mutate((c) => attend.call(made, x, { cache: c }));
ok<Equal<typeof y, Tensor>>();
ok<Equal<typeof cache, nn.attention.Cache>>();
// @ts-expect-error: it has no initializeCache.
attend.call(params, x, { cache: new nn.Collection() });

const model = nn.Model(attend, params);
const slope = grad((m: typeof model) => m(x).sum())(model);
ok<Equal<typeof slope, typeof model>>();
