"""Calls of JAX functions as data: what they are given, what they return, and the gradients of what they return."""
import re

import common as C
import jax
import numpy as np


def camel(name):
  """dynamic_slice -> dynamicSlice, atleast_1d -> atleast1d, ix_ stays."""
  return re.sub(r'_([a-z0-9])', lambda m: m.group(1).upper(), name)


def text(x):
  if isinstance(x, (np.ndarray, np.generic, jax.Array)):
    short = {'float32': 'f32', 'int32': 'i32', 'bool': 'bool', 'complex64': 'c64'}[np.asarray(x).dtype.name]
    return '%s[%s]' % (short, ', '.join(map(str, x.shape)))
  if isinstance(x, (tuple, list)):
    return '[%s]' % ', '.join(map(text, x))
  return repr(x)


def weights(y):
  """What the loss multiplies an output with: cos(0.5 * i) over its flat index, rounded to 3 decimals."""
  return np.round(np.cos(0.5 * np.arange(y.size)), 3).astype(np.float32).reshape(y.shape)


def real_parts(y):
  """What the loss weighs of an output: a complex one is two real ones."""
  if C.is_array(y) and y.dtype == np.complex64:
    return [y.real, y.imag]
  return [y] if is_real(y) else []


def is_real(y):
  return C.is_array(y) and y.dtype == np.float32


class Cases:
  """`space` holds the functions of one module, which TypeScript finds under `prefix`."""

  def __init__(self, space, prefix):
    self.space, self.prefix, self.found = space, prefix, {}

  def __call__(self, fn, *args, py=None, grad=None, square=False, ts=None, **options):
    """
    `py` computes what JAX has no function of this name for. `square`: outputs whose signs are free are compared
    squared. `ts` are options that TypeScript takes otherwise.
    """
    f = py or self.space
    if py is None:
      for part in fn.split('.'):
        f = getattr(f, part)
    through = (lambda y: y * y) if square else (lambda y: y)
    flat, tree = jax.tree_util.tree_flatten(list(args), is_leaf=lambda x: x is None)
    reals = [i for i, x in enumerate(flat) if is_real(x)]

    def call(values):
      given = list(flat)
      for i, v in zip(reals, values):
        given[i] = v
      return jax.tree_util.tree_map(lambda y: through(y) if is_real(y) else y, f(*jax.tree_util.tree_unflatten(tree, given), **options))

    def loss(values):
      return sum((y * weights(y)).sum() for out in jax.tree_util.tree_leaves(call(values)) for y in real_parts(out))

    out = call([flat[i] for i in reals])
    entry = {'fn': self.prefix + camel(fn), 'args': C.enc([a for a in args]),
             'options': {camel(k): C.enc(v) for k, v in (options if ts is None else ts).items()}, 'out': C.enc(out)}
    if square:
      entry['square'] = True
    differentiable = reals and any(real_parts(y) for y in jax.tree_util.tree_leaves(out))
    if differentiable and grad is not False:
      entry['grads'] = [C.enc(g) for g in jax.grad(loss)([jax.numpy.asarray(flat[i]) for i in reals])]
    shown = [text(a) for a in args] + ['%s=%s' % (k, text(v)) for k, v in options.items()]
    name = '%s(%s)' % (fn, ', '.join(shown))
    same = sum(1 for k in self.found if k == name or k.startswith(name + ' #'))
    self.found[name if same == 0 else '%s #%d' % (name, same + 1)] = entry
