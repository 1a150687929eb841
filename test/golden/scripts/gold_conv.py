"""Convolutions and pooling in the combinations that the layers' data does not have, with gradients."""
import common as C
A = C.args()
import os
import jax
import numpy as np
from jax import lax, numpy as jnp

def wave(shape, a=0.7, b=0.3):
  n = int(np.prod(shape))
  return jnp.asarray(np.round(np.sin(a * np.arange(n) + b), 3).astype(np.float32).reshape(shape))

def loss(y):
  return jnp.sum(y * jnp.asarray(np.round(np.cos(0.5 * np.arange(y.size)), 3).astype(np.float32).reshape(y.shape)))

def conv(x, k, strides, padding, lhs_dilation=None, rhs_dilation=None, groups=1):
  spatial = 'DHW'[-(len(x) - 2):]
  dims = ('N' + spatial + 'C', spatial + 'IO', 'N' + spatial + 'C')
  f = lambda x, k: lax.conv_general_dilated(x, k, strides, padding, lhs_dilation, rhs_dilation, dims, groups)
  x, k = wave(x), wave(k, 0.9, 0.1)
  dx, dk = jax.grad(lambda x, k: loss(f(x, k)), argnums=(0, 1))(x, k)
  return {'strides': strides, 'padding': padding, 'lhs_dilation': lhs_dilation, 'rhs_dilation': rhs_dilation, 'groups': groups,
          'x': C.enc(x), 'kernel': C.enc(k), 'y': C.enc(f(x, k)), 'grads': [C.enc(dx), C.enc(dk)]}

def pool(fn, x, window, strides, padding):
  init, op = (0., lax.add) if fn == 'avg' else (-jnp.inf, lax.max)
  scale = 1. / np.prod(window) if fn == 'avg' else 1.
  pads = padding if isinstance(padding, str) else [(0, 0), *padding, (0, 0)]
  f = lambda x: lax.reduce_window(x, init, op, (1, *window, 1), (1, *strides, 1), pads) * scale
  x = wave(x)
  return {'fn': fn, 'window': window, 'strides': strides, 'padding': padding, 'x': C.enc(x), 'y': C.enc(f(x)), 'grad': C.enc(jax.grad(lambda x: loss(f(x)))(x))}

R = {'meta': C.meta(True, 'none', note='no PRNG involved'),
     'convolutions': {
         'kernel dilation with strides': conv((1, 9, 8, 2), (3, 2, 2, 3), [2, 3], 'SAME', rhs_dilation=[2, 3]),
         'kernel dilation of one axis only': conv((2, 6, 7, 1), (2, 2, 1, 2), [1, 1], 'SAME', rhs_dilation=[1, 3]),
         'kernel dilation in one dimension': conv((2, 9, 2), (3, 2, 2), [1], 'SAME', rhs_dilation=[2]),
         'kernel dilation in three dimensions': conv((1, 5, 4, 6, 1), (2, 2, 2, 1, 2), [1, 2, 1], 'VALID', rhs_dilation=[2, 1, 3]),
         'kernel dilation with groups': conv((1, 6, 6, 4), (2, 2, 2, 6), [1, 1], 'SAME', rhs_dilation=[2, 2], groups=2),
         'input dilation in three dimensions': conv((1, 2, 2, 3, 1), (2, 2, 2, 1, 1), [1, 1, 1], [[1, 1], [0, 1], [1, 0]], lhs_dilation=[2, 3, 1]),
         'both dilations and strides': conv((1, 4, 4, 1), (2, 2, 1, 2), [2, 1], [[2, 1], [1, 2]], lhs_dilation=[2, 2], rhs_dilation=[1, 2]),
         'negative padding': conv((1, 6, 6, 2), (3, 3, 2, 1), [1, 1], [[-1, 1], [2, -2]]),
         'depthwise with two features a channel': conv((1, 5, 5, 3), (3, 3, 1, 6), [2, 2], 'SAME', groups=3),
         'depthwise with unequal strides': conv((1, 6, 5, 2), (3, 2, 1, 4), [2, 1], 'VALID', groups=2),
         'depthwise in one dimension': conv((2, 7, 3), (3, 1, 3), [2], 'SAME', groups=3),
         'depthwise with kernel dilation': conv((1, 6, 6, 2), (2, 2, 1, 2), [1, 1], 'SAME', rhs_dilation=[2, 2], groups=2),
         'groups in three dimensions': conv((1, 3, 3, 3, 4), (2, 2, 2, 2, 2), [1, 1, 1], 'SAME', groups=2),
         'strides in three dimensions': conv((1, 5, 4, 5, 2), (3, 2, 2, 2, 2), [2, 2, 1], 'SAME'),
         'a kernel of even size with strides': conv((2, 7, 6, 1), (4, 2, 1, 2), [3, 2], 'SAME')},
     'pools': {
         'mean in one dimension': pool('avg', (2, 7, 2), [3], [2], 'SAME'),
         'maximum in one dimension': pool('max', (2, 7, 2), [3], [2], 'VALID'),
         'mean in three dimensions': pool('avg', (1, 4, 3, 5, 1), [2, 2, 3], [2, 1, 2], 'SAME'),
         'maximum in three dimensions': pool('max', (1, 4, 3, 5, 2), [2, 2, 3], [1, 1, 2], 'SAME'),
         'mean with padding in pairs': pool('avg', (1, 5, 4, 1), [3, 2], [2, 1], [[1, 0], [0, 1]]),
         'maximum with padding in pairs': pool('max', (1, 5, 4, 1), [3, 2], [2, 1], [[2, 1], [0, 1]])}}
C.write(os.path.join(A.out, 'convolution.json'), R)
