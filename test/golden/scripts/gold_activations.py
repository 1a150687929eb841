"""jax.nn's functions with first and second derivatives, at kinks and at large numbers too."""
import common as C
A = C.args()
import os
import jax
import numpy as np
from jax import nn, numpy as jnp
inf = np.inf

x = jnp.asarray(np.array([-1e30, -1e4, -100, -89, -20, -6.5, -6, -4, -3, -2.5, -1.5, -1, -0.7, -0.5, -0.1, -1e-3, -1e-6, 0,
                          1e-6, 1e-3, 0.1, 0.5, 0.7, 1, 1.5, 2.5, 3, 4, 5.9, 6, 6.5, 20, 89, 100, 1e4, 1e30], np.float32))
ELEMENTWISE = {
    'relu': nn.relu, 'relu6': nn.relu6, 'leaky_relu': nn.leaky_relu, 'leaky_relu 0.2': lambda v: nn.leaky_relu(v, 0.2),
    'elu': nn.elu, 'elu 2': lambda v: nn.elu(v, 2.), 'celu': nn.celu, 'celu 0.5': lambda v: nn.celu(v, 0.5), 'selu': nn.selu,
    'gelu': nn.gelu, 'gelu exact': lambda v: nn.gelu(v, approximate=False), 'sigmoid': nn.sigmoid, 'log_sigmoid': nn.log_sigmoid,
    'softplus': nn.softplus, 'soft_sign': nn.soft_sign, 'swish': nn.swish, 'silu': nn.silu, 'tanh': jnp.tanh,
    'hard_tanh': nn.hard_tanh, 'hard_sigmoid': nn.hard_sigmoid, 'hard_swish': nn.hard_swish, 'hard_silu': nn.hard_silu}

def derivatives(f):
  first = jax.grad(lambda v: f(v).sum())
  return {'y': C.enc(f(x)), 'grad': C.enc(first(x)), 'grad2': C.enc(jax.grad(lambda v: first(v).sum())(x))}

m = jnp.asarray(np.round(3 * np.sin(0.7 * np.arange(24) + 0.3), 3).astype(np.float32).reshape(2, 3, 4))
hard = jnp.asarray(np.array([[1e4, 0, -1e4, 3], [-inf, 1, 2, -inf], [1e30, 1e30, 0, 1], [-1e30, -1e30, -1e30, -1e30]], np.float32))

def over(f, v):
  """Value and the gradient of sum(f(v) * (1, 2, 3, ...))."""
  def loss(z):
    y = f(z)
    return jnp.sum(jnp.where(jnp.isfinite(y), y, 0.) * jnp.arange(1., y.size + 1).reshape(y.shape))
  return {'x': C.enc(v), 'y': C.enc(f(v)), 'grad': C.enc(jax.grad(loss)(v))}

R = {'meta': C.meta(True, 'none', note='no PRNG involved'), 'x': C.enc(x),
     'elementwise': {name: derivatives(f) for name, f in ELEMENTWISE.items()},
     'over_axes': {
         'softmax': over(nn.softmax, m), 'softmax over axis 1': over(lambda v: nn.softmax(v, 1), m),
         'softmax over axes 0 and 2': over(lambda v: nn.softmax(v, (0, 2)), m), 'softmax of large numbers': over(nn.softmax, hard),
         'log_softmax': over(nn.log_softmax, m), 'log_softmax over axis 0': over(lambda v: nn.log_softmax(v, 0), m),
         'log_softmax over axes 2 and 1': over(lambda v: nn.log_softmax(v, (2, 1)), m),
         'log_softmax of large numbers': over(nn.log_softmax, hard),
         'logsumexp': over(nn.logsumexp, m), 'logsumexp over axis 1': over(lambda v: nn.logsumexp(v, 1), m),
         'logsumexp over axes 0 and 2, kept': over(lambda v: nn.logsumexp(v, (0, 2), keepdims=True), m),
         'logsumexp of large numbers': over(lambda v: nn.logsumexp(v, -1), hard),
         'glu': over(nn.glu, m), 'glu over axis 0': over(lambda v: nn.glu(v, 0), m),
         'normalize': over(nn.standardize, m), 'normalize over axes 0 and 1': over(lambda v: nn.standardize(v, (0, 1), epsilon=0.01), m),
         'normalize with mean and variance': over(lambda v: nn.standardize(v, -1, mean=1., variance=2.), m)},
     'one_hot': {
         'numbers in and out of range': C.enc(nn.one_hot(jnp.array([0, 2, -1, 3, 1]), 3)),
         'along the first axis': C.enc(nn.one_hot(jnp.array([[0, 1], [2, 0]]), 3, axis=0)),
         'of whole numbers': C.enc(nn.one_hot(jnp.array([1, 0]), 2, dtype=jnp.int32))}}
C.write(os.path.join(A.out, 'activations.json'), R)
