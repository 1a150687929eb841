"""jax.lax golden values: calls, what they return, gradients (cases.py)."""
import os

import common as C
A = C.args()
import jax
import numpy as np
from cases import Cases, is_real, weights
from jax import lax, numpy as jnp

case = Cases(lax, '')
f32 = lambda *shape: np.round(np.sin(np.arange(np.prod(shape, dtype=int)) * 1.7 + len(shape)), 3).astype(np.float32).reshape(shape)

# transposed convolutions
for x, k, s in [((1, 4, 2), (3, 2, 3), (2,)), ((2, 3, 4, 2), (3, 2, 2, 3), (2, 3)), ((1, 2, 3, 2, 2), (2, 3, 2, 2, 1), (2, 1, 2)), ((1, 3, 3, 1), (1, 1, 1, 2), (2, 2))]:
  for padding in ['SAME', 'VALID']:
    case('conv_transpose', f32(*x), f32(*k), s, padding)
case('conv_transpose', f32(1, 4, 5, 2), f32(3, 3, 3, 2), (2, 2), 'SAME', transpose_kernel=True)
case('conv_transpose', f32(1, 4, 5, 2), f32(3, 2, 2, 3), (2, 2), [(1, 2), (0, 3)])
case('conv_transpose', f32(1, 4, 5, 2), f32(2, 2, 2, 3), (2, 2), 'SAME', rhs_dilation=(2, 3))
case('conv_transpose', f32(1, 6, 2), f32(3, 2, 3), (1,), 'VALID', rhs_dilation=(2,))

i32 = lambda x: np.array(x, np.int32)
real = lambda *xs: np.array(xs, np.float32)
v, w = real(.5, -1.5, 2.), real(2., .25, -3.)
a, b = f32(2, 3), f32(3, 2).T.copy()
m = f32(2, 3, 4)
n, k = i32([[7, -7, 12], [5, 0, -9]]), i32([[2, 3, -4], [-2, 7, 4]])
unit, positive = real(-.9, -.3, .1, .4, .8), real(.3, 1., 2.5, 7., 20.)

# elements
for name in ['abs', 'asinh', 'atan', 'ceil', 'cos', 'cosh', 'erf', 'erfc', 'exp', 'expm1', 'floor', 'neg', 'reciprocal', 'sign', 'sin', 'sinh', 'square', 'tan', 'tanh', 'bessel_i0e', 'bessel_i1e', 'is_finite']:
  case(name, v)
for name in ['acos', 'asin', 'atanh', 'erf_inv']:
  case(name, unit)
for name in ['log', 'log1p', 'sqrt', 'rsqrt', 'lgamma', 'digamma']:
  case(name, positive)
case('lgamma', real(-.5, -1.7, -3.2))
case('digamma', real(-.5, -1.7))
case('acosh', positive + 1)
case('bessel_i1e', real(0., 1e-3))
for name in ['add', 'sub', 'mul', 'div', 'max', 'min', 'atan2', 'rem']:
  case(name, v, w)
  if name != 'atan2':
    case(name, n, np.where(k == 0, 1, k))
case('pow', positive, v[:1].repeat(5))
case('nextafter', v, w, grad=False)
for name in ['eq', 'ne', 'lt', 'le', 'gt', 'ge']:
  case(name, n, k)
case('round', real(-2.5, -1.5, -.49999997, .5, 1.4, 1.5, 2.7))
case('clamp', -1., v, 1.)
case('clamp', v - 1, w, v + 1)
for name in ['igamma', 'igammac']:
  case(name, real(.5, 2., 5.), real(1., 2., 3.))
case('igamma_grad_a', real(.5, 2., 5.), real(1., 2., 3.), grad=False)
case('betainc', real(.5, 2., 5.), real(1., 2., 3.), real(.1, .5, .9), grad=False)
case('betainc', 2., 3., real(.1, .5, .9), py=lambda p, q, x: lax.betainc(jnp.full(3, p), jnp.full(3, q), x))
case('convert_element_type', a, 'int32')
case('convert_element_type', n, 'float32')

# bits
for name in ['bitwise_and', 'bitwise_or', 'bitwise_xor']:
  case(name, n, k)
case('bitwise_not', n)
shifts = i32([[0, 1, 4], [31, 3, 2]])
for name in ['shift_left', 'shift_right_arithmetic', 'shift_right_logical']:
  case(name, n, shifts)
case('population_count', i32([0, 1, -1, 255, 1 << 30, -2147483648]))
case('bitcast_convert_type', real(1., -2.5, 0.), 'int32', py=lambda x, t: lax.bitcast_convert_type(x, np.dtype(t)))
case('bitcast_convert_type', i32([1065353216, -1069547520]), 'float32', py=lambda x, t: lax.bitcast_convert_type(x, np.dtype(t)))

# complex numbers
case('complex', v, w)
for name in ['conj', 'imag', 'real']:
  case(name, (v + 1j * w).astype(np.complex64))

# making, and other shapes
case('full', (2, 3), np.float32(7.))
case('full_like', n, 4)
case('full_like', n, 2.5, 'float32', (2,))
case('iota', 'int32', 4, py=lambda t, n: lax.iota(np.dtype(t), n))
case('iota', 'float32', 3, py=lambda t, n: lax.iota(np.dtype(t), n))
case('broadcasted_iota', 'int32', (2, 3), 1, py=lambda t, s, d: lax.broadcasted_iota(np.dtype(t), s, d))
case('broadcast', v, (2, 1))
case('broadcast_in_dim', v, (2, 3, 4), (1,))
case('broadcast_in_dim', f32(3, 1), (3, 2, 4), (0, 2))
case('broadcast_shapes', (2, 1, 3), (4, 1), ())
case('broadcast_to_rank', v, 3)
case('collapse', m, 0, 2)
case('collapse', m, 1, 3)
case('reshape', m, (6, 4))
case('reshape', m, (8, 3), (2, 0, 1))
case('transpose', m, (1, 2, 0))
case('rev', m, (0, 2))
case('concatenate', [a, f32(1, 3)], 0)
case('select', a > 0, a, b)
case('select', np.array(True), a, b)

# parts
case('slice', m, (0, 1, 1), (2, 3, 4))
case('slice', m, (0, 0, 1), (2, 3, 4), (1, 2, 2))
case('slice_in_dim', m, 1, 3, 1, 1)
case('slice_in_dim', m, -3, None, 2, -1)
case('index_in_dim', m, -1, 1)
case('index_in_dim', m, 1, 0, False)
case('dynamic_slice', m, (0, 1, 2), (2, 2, 2))
case('dynamic_slice', m, (i32(1), i32(2), i32(9)), (1, 2, 3))
case('dynamic_slice', m, i32([-1, 0, -2]), (1, 2, 2))
case('dynamic_slice', n, (i32(1), 0), (1, 2))
case('dynamic_slice_in_dim', m, i32(1), 2, 1)
case('dynamic_slice_in_dim', m, i32(7), 2, -1)
case('dynamic_index_in_dim', m, i32(2), 1)
case('dynamic_index_in_dim', m, i32(1), 0, False)
case('dynamic_update_slice', m, f32(1, 2, 2), (i32(1), i32(0), i32(5)))
case('dynamic_update_slice', n, i32([[1], [2]]), (0, i32(1)))
case('dynamic_update_slice_in_dim', m, f32(2, 1, 4), i32(2), 1)
case('dynamic_update_index_in_dim', m, f32(2, 4), i32(1), 1)
case('dynamic_update_index_in_dim', m, f32(2, 1, 4), i32(0), 1)
case('pad', a, np.float32(9.), ((1, 2, 0), (0, 1, 2)))
case('pad', m, np.float32(0.), ((0, 0, 1), (-1, 2, 0), (1, -2, 1)))
case('pad', n, i32(5), ((0, 0, 0), (-1, -1, 0)))

# reductions

for name in ['sum', 'prod', 'max', 'min']:
  case('reduce_' + name, m, (0, 2), py=lambda x, axes, name=name: getattr(jnp, name)(x, axes))
case('reduce_and', m > 0, (1,), py=lambda x, axes: jnp.all(x, axes))
case('reduce_or', m > .5, (1,), py=lambda x, axes: jnp.any(x, axes))
case('argmax', a, 1, py=lambda x, axis: jnp.argmax(x, axis))
case('argmin', a, 0, py=lambda x, axis: jnp.argmin(x, axis))
def monoid(name, f):
  """The function goes to TypeScript by its name."""
  fn = getattr(lax, f)
  return lambda x, init, *rest, **kw: case(name, x, init, 'fn:' + f, *rest, py=lambda x, init, _, *more, **options: getattr(lax, name)(x, init, fn, *more, **options), **kw)
for f, init in [('add', 0.), ('mul', 1.), ('max', -np.inf), ('min', np.inf)]:
  monoid('reduce', f)(m, np.float32(init), (0, 2), grad=False)
  image = f32(1, 6, 5, 2)
  for padding in ['SAME', 'VALID', ((0, 0), (1, 0), (2, 1), (0, 0))]:
    monoid('reduce_window', f)(image, np.float32(init), (1, 3, 2, 1), (1, 2, 1, 1), padding, grad=False)
monoid('reduce', 'add')(n, i32(3), (1,))
monoid('reduce_window', 'add')(f32(7), np.float32(0.), (3,), (2,), 'SAME', grad=False)
monoid('reduce_window', 'max')(f32(7), np.float32(-np.inf), (2,), (2,), ((1, 1),), window_dilation=(3,), base_dilation=(2,), grad=False)
case('reduce_window', f32(2, 7), 0., 'fn:add', (1, 3), (1, 2), 'VALID', py=lambda x, *_: lax.reduce_window(x, 0., lax.add, (1, 3), (1, 2), 'VALID'))
case('reduce_window', f32(2, 7), -np.inf, 'fn:max', (1, 3), (1, 2), 'SAME', py=lambda x, *_: lax.reduce_window(x, -np.inf, lax.max, (1, 3), (1, 2), 'SAME'))
for name in ['cumsum', 'cumprod', 'cummax', 'cummin']:
  case(name, m, 1)
  case(name, m, 2, reverse=True)
  case(name, n)

# products
case('dot', a, f32(3, 4))
case('dot', v, w)
case('dot_general', f32(2, 3, 4), f32(3, 2, 5), (((1,), (0,)), ((0,), (1,))))
case('dot_general', a, f32(2, 4), (((0,), (0,)), ((), ())))
case('dot_general', f32(2, 3, 4, 2), f32(4, 2, 3), (((1, 2), (2, 0)), ((), ())))
case('dot_general', n, k, (((1,), (1,)), ((), ())))
case('batch_matmul', f32(2, 3, 4), f32(2, 4, 5))
image_conv = lambda x, k, s, p, *d: lax.conv_general_dilated(x, k, s, p, *d, dimension_numbers=('NHWC', 'HWIO', 'NHWC'))
case('conv', f32(1, 5, 6, 2), f32(3, 2, 2, 3), (2, 1), 'SAME', py=image_conv)
case('conv_with_general_padding', f32(1, 5, 6, 2), f32(3, 2, 2, 3), (1, 1), ((1, 2), (0, 1)), (2, 1), (1, 2), py=image_conv)
case('padtype_to_pads', (5, 6), (3, 2), (2, 1), 'SAME', py=lambda *xs: [list(map(int, p)) for p in lax.padtype_to_pads(*xs)])

# order
case('sort', m, 1)
case('sort_key_val', f32(2, 4), m[:, 0], py=lambda x, y: lax.sort_key_val(x, y))
case('sort_key_val', i32([3, 1, 2]), v, 0)
case('top_k', m, 2)
case('top_k', n, 3)

# programs: test/parity/laxPrograms.test.ts has them in TypeScript, by name
def cell(w):
  return lambda h, x: ((lambda n: (n, {'h': n, 'sum': n.sum()}))(jnp.tanh(h @ w + x)))

PROGRAMS = {
    'a recurrent network': (lambda h, w, xs: lax.scan(cell(w), h, xs), [f32(3), f32(3, 3), f32(5, 3)]),
    'a recurrent network in reverse': (lambda h, w, xs: lax.scan(cell(w), h, xs, reverse=True), [f32(3), f32(3, 3), f32(5, 3)]),
    'a scan of a pytree by length': (lambda x: lax.scan(lambda c, _: ((c[1], c[0] + c[1]), c[0] * c[1]), (x, x + 1), None, length=6), [real(.5, 1.)]),
    'a scan of no steps': (lambda h, w, xs: lax.scan(cell(w), h, xs), [f32(3), f32(3, 3), np.zeros((0, 3), np.float32)]),
    'a scan in a scan': (lambda x: lax.scan(lambda c, row: lax.scan(lambda d, e: (d * e + 1, d), c, row), jnp.float32(1.), x), [f32(3, 4)]),
    'a map': (lambda x: lax.map(lambda row: jnp.sin(row).sum() * row, x), [f32(4, 3)]),
    'a power by a counting loop': (lambda x: lax.fori_loop(0, 5, lambda i, y: y * x + i, jnp.ones_like(x)), [v]),
    'a counting loop that writes': (lambda x: lax.fori_loop(1, 4, lambda i, y: lax.dynamic_update_index_in_dim(y, y[i - 1] * 2 + y[i], i, 0), x), [f32(5)]),
    'a loop with a condition': (lambda x: lax.while_loop(lambda s: s[0].sum() < 100., lambda s: (s[0] * s[0] + 1., s[1] + 1), (x, jnp.int32(0))), [real(1., 2.)]),
    'a branch that is taken': (lambda x: lax.cond(x.sum() > 0, lambda y: y * 3., lambda y: jnp.exp(y), x), [real(1., 2.)]),
    'a branch that is not': (lambda x: lax.cond(x.sum() > 5, lambda y: y * 3., lambda y: jnp.exp(y), x), [real(1., 2.)]),
    'one of three branches': (lambda x: lax.switch(jnp.int32(7), [jnp.sin, jnp.cos, lambda y: y ** 3], x), [v]),
}
NO_GRADIENT = ['a loop with a condition']

def program(name):
  f, inputs = PROGRAMS[name]
  loss = lambda *xs: sum((y * weights(y)).sum() for y in jax.tree_util.tree_leaves(f(*xs)) if is_real(y))
  grads = None if name in NO_GRADIENT else jax.grad(loss, tuple(range(len(inputs))))(*map(jnp.asarray, inputs))
  return {'inputs': C.enc(inputs), 'out': C.enc(f(*map(jnp.asarray, inputs))), 'grads': C.enc(grads)}

C.write(os.path.join(A.out, 'lax.json'), {'meta': C.meta(True, note='no PRNG involved'), 'cases': case.found,
    'programs': {name: program(name) for name in PROGRAMS}})
