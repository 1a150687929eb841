"""Samplers that are built of others (gamma, beta, dirichlet, poisson, ...) and their gradients, for both threefry modes."""
import os
os.environ.setdefault('JAX_PLATFORMS', 'cpu')
import common as C
A = C.args()
PART = bool(A.partitionable)
import numpy as np
import jax
jax.config.update('jax_threefry_partitionable', PART)
from jax import numpy as jnp, random

R = {'meta': C.meta(PART)}
K = {'0': random.PRNGKey(0), '42': random.PRNGKey(42), '7': random.PRNGKey(7)}


def case(fn, seed, *args, shape=None, **kw):
  """`args` are the parameters of the distribution, positional as in JAX; `kw` are further keyword arguments."""
  given = [jnp.asarray(a, jnp.float32) for a in args]
  more = dict(kw) if shape is None else dict(kw, shape=tuple(shape))
  out = getattr(random, fn)(K[seed], *given, **more)
  entry = {'fn': fn, 'key': C.key(K[seed]), 'args': [C.enc(np.asarray(a, np.float32)) for a in args], 'out': C.enc(out)}
  if shape is not None:
    entry['shape'] = list(shape)
  if kw:
    entry['options'] = kw
  return entry


def both(fn, *args, **kw):
  return [case(fn, s, *args, **kw) for s in ('0', '42')]


alphas = [0.01, 0.1, 0.5, 0.9, 1.0, 1.5, 3.0, 10.0, 100.0, 1000.0]
for fn in ('gamma', 'loggamma'):
  R[fn] = (both(fn, 1.0) + both(fn, 2.5, shape=(5,)) + both(fn, alphas) + both(fn, alphas, shape=(20, 10)) +
           both(fn, 0.3, shape=(100,)) + both(fn, [[1.0], [0.2]], shape=(2, 3)) + both(fn, 4.0, shape=(0,)))
R['beta'] = both('beta', 0.5, 0.5, shape=(20,)) + both('beta', [0.01, 1.0, 5.0], [[2.0], [0.1]]) + both('beta', 2.0, 3.0)
R['dirichlet'] = (both('dirichlet', [1.0, 2.0, 0.5]) + both('dirichlet', [0.001, 0.001], shape=(6,)) +
                  both('dirichlet', [[1.0, 5.0], [0.3, 0.3], [9.0, 1.0]]) +
                  both('dirichlet', [[1.0, 5.0], [0.3, 0.3]], shape=(3, 2)))
R['t'] = both('t', 3.0, shape=(20,)) + both('t', [0.5, 1.0, 30.0]) + both('t', 5.0)
R['chisquare'] = both('chisquare', 3.0, shape=(20,)) + both('chisquare', [0.5, 1.0, 30.0])
R['f'] = both('f', 3.0, 5.0, shape=(20,)) + both('f', [0.5, 4.0], [10.0, 2.0])
R['pareto'] = both('pareto', 3.0, shape=(10,)) + both('pareto', [0.5, 1.0, 30.0])
R['poisson'] = (both('poisson', 0.0, shape=(3,)) + both('poisson', 3.0, shape=(40,)) + both('poisson', 9.99, shape=(20,)) +
                both('poisson', 12.0, shape=(60,)) + both('poisson', [0.1, 2.0, 9.0, 10.0, 25.0, 300.0]) +
                both('poisson', [[1.0], [50.0]], shape=(2, 30)) + both('poisson', 5.0) + both('poisson', 40.0))
mean = [1.0, -2.0, 0.5]
cov = [[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]]
R['multivariate_normal'] = both('multivariate_normal', mean, cov) + both('multivariate_normal', mean, cov, shape=(5,))
R['maxwell'] = both('maxwell', shape=(10,)) + both('maxwell')
R['double_sided_maxwell'] = (both('double_sided_maxwell', 0.0, 1.0, shape=(10,)) +
                             both('double_sided_maxwell', [1.0, 2.0], [0.5, 3.0], shape=()))
R['weibull_min'] = both('weibull_min', 1.0, 2.0, shape=(10,)) + both('weibull_min', 3.0, 0.7, shape=(2, 3))
R['rayleigh'] = both('rayleigh', 2.0, shape=(10,)) + both('rayleigh', [0.5, 3.0])
R['lognormal'] = both('lognormal', 0.5, shape=(10,)) + both('lognormal', [0.1, 2.0]) + both('lognormal')
R['triangular'] = both('triangular', -1.0, 0.5, 2.0, shape=(10,)) + both('triangular', [0.0, 1.0], [0.0, 1.5], [1.0, 3.0])
R['wald'] = both('wald', 2.0, shape=(10,)) + both('wald', [0.5, 3.0])
R['geometric'] = both('geometric', 0.3, shape=(20,)) + both('geometric', [0.01, 0.5, 0.99])
R['generalized_normal'] = both('generalized_normal', 1.5, shape=(10,)) + both('generalized_normal', 4.0, shape=(2, 3))
R['ball'] = [case_ for s in ('0', '42') for case_ in [
    {'fn': 'ball', 'key': C.key(K[s]), 'args': [3], 'options': {'p': p}, 'shape': [4],
     'out': C.enc(random.ball(K[s], 3, p, (4,)))} for p in (1.0, 2.0)]]

# --- gradients with respect to the parameters, the random bits held fixed ------------------
a = jnp.asarray([0.1, 0.9, 1.0, 2.5, 30.0])
w = jnp.asarray([1.0, -2.0, 3.0, 0.5, 1.0])
k = K['42']
grads = {
    'gamma': jax.grad(lambda x: (random.gamma(k, x) * w).sum())(a),
    'loggamma': jax.grad(lambda x: (random.loggamma(k, x) * w).sum())(a),
    'beta': jax.grad(lambda x: (random.beta(k, x, x + 1.0) * w).sum())(a),
    'dirichlet': jax.grad(lambda x: (random.dirichlet(k, x) * w).sum())(a),
    't': jax.grad(lambda x: (random.t(k, x) * w).sum())(a),
    'pareto': jax.grad(lambda x: (random.pareto(k, x) * w).sum())(a),
}
R['gradients'] = [{'fn': n, 'key': C.key(k), 'x': C.enc(a), 'weights': C.enc(w), 'grad': C.enc(g)} for n, g in grads.items()]

# --- moments of many -------------------------------------------------------------------------
R['moments'] = []
for name, out in (('gamma', random.gamma(random.PRNGKey(3), 0.7, (20000,))), ('poisson', random.poisson(random.PRNGKey(3), 15.0, (20000,)))):
  big = np.asarray(out, np.float64)
  R['moments'].append({'fn': name, 'key': C.key(random.PRNGKey(3)), 'size': 20000, 'mean': big.mean(), 'std': big.std()})

C.write(os.path.join(A.out, 'random_extra.%s.json' % C.tag(PART)), R)
