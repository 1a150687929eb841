"""Collectives (jax.lax.psum and its kin) over named axes: values, and gradients inside and outside of pmap."""
import os
os.environ['XLA_FLAGS'] = '--xla_force_host_platform_device_count=4'

import common as C
A = C.args()
import jax
import numpy as np
from jax import lax, numpy as jnp

f32 = lambda *shape: np.round(np.sin(np.arange(np.prod(shape, dtype=int)) * 1.7 + len(shape)), 3).astype(np.float32).reshape(shape)
x, w = f32(4, 4, 3), f32(4, 2, 3)[:, 0] * 2

# Each is a function of one example: v f32[4, 3] and u f32[3].
PROGRAMS = {
    'psum': lambda v, u: lax.psum(v * u, 'i'),
    'pmean': lambda v, u: lax.pmean(v * u, 'i'),
    'psum of squares of sums': lambda v, u: lax.psum((v * u).sum() ** 2, 'i') ** 2,
    'what differs times what is shared': lambda v, u: jnp.tanh(lax.psum(v, 'i')) * u,
    'pmean of pmean': lambda v, u: lax.pmean(v * lax.pmean(u * u, 'i'), 'i'),
    'axis_index': lambda v, u: v * (lax.axis_index('i') + 1) + u,
    'all_gather': lambda v, u: lax.all_gather(jnp.sin(v) * u, 'i'),
    'all_gather behind': lambda v, u: lax.all_gather(v * u, 'i', axis=1) * u,
    'all_gather tiled': lambda v, u: lax.all_gather(v * u, 'i', axis=1, tiled=True),
    'psum_scatter': lambda v, u: lax.psum_scatter(v * v * u, 'i'),
    'psum_scatter tiled': lambda v, u: lax.psum_scatter(v * v * u, 'i', tiled=True),
    'ppermute': lambda v, u: lax.ppermute(v * v, 'i', [(0, 1), (1, 2), (2, 3), (3, 0)]) * u,
    'ppermute of some': lambda v, u: lax.ppermute(v * v, 'i', [(0, 1), (3, 2)]) * u,
    # As all_to_all(v * v, 'i', 0, 1), whose gradient fails in JAX.
    'all_to_all': lambda v, u: jnp.moveaxis(lax.all_to_all(v * v, 'i', 0, 0), 0, 1) * u[:, None],
    'pswapaxes': lambda v, u: lax.pswapaxes(jnp.sin(v), 'i', 0) * u,
}
NO_GRADIENT = {
    'pmax': lambda v, u: lax.pmax(v * u, 'i'),
    'pmin': lambda v, u: lax.pmin(v * u, 'i'),
    'psum of bools and whole numbers': lambda v, u: lax.psum((v > 0).astype(jnp.int32) * lax.axis_index('i'), 'i'),
}
# Over the second axis of v too, 'j': v f32[3].
NESTED = {
    'psum of the outer': lambda v, u: lax.psum(v * u, 'i'),
    'psum of the inner': lambda v, u: lax.psum(v * v * u, 'j'),
    'psum of both': lambda v, u: lax.psum(v * v * u, ('i', 'j')),
    'pmean of both': lambda v, u: lax.pmean(jnp.sin(v) * u, ('j', 'i')),
    'one after the other': lambda v, u: lax.pmean(jnp.sin(lax.psum(v * u, 'j')), 'i') * v,
    'all_gather of the outer': lambda v, u: lax.all_gather(v * v, 'i') * u,
    'all_gather of both': lambda v, u: lax.all_gather(lax.all_gather(v * v, 'i'), 'j') * u,
    'psum_scatter of the outer': lambda v, u: lax.psum_scatter(lax.all_gather(v * v, 'j') * u, 'i'),
    'all_to_all of the outer': lambda v, u: lax.all_to_all(jnp.stack([v * v, v, u, v * u]), 'i', 0, 0),
    'ppermute of the outer': lambda v, u: lax.ppermute(v * v, 'i', [(0, 3), (3, 1)]) * u,
    'indices': lambda v, u: v * lax.axis_index('i') + u * lax.axis_index('j'),
}
weighted = lambda y: (y * jnp.cos(jnp.arange(y.size).reshape(y.shape))).sum()


def both(mapped_over):
  def run(f, grad=True):
    found = {'out': C.enc(mapped_over(f)(x, w))}
    if grad:
      found['inside'] = C.enc(mapped_over(jax.grad(lambda v, u: weighted(f(v, u)), (0, 1)))(x, w))
      found['outside'] = C.enc(jax.grad(lambda xs, us: weighted(mapped_over(f)(xs, us)), (0, 1))(x, w))
    return found
  return run


one = both(lambda f: jax.pmap(f, axis_name='i'))
two = both(lambda f: jax.pmap(jax.vmap(f, (0, None), axis_name='j'), axis_name='i'))
cases = {**{name: one(f) for name, f in PROGRAMS.items()}, **{name: one(f, False) for name, f in NO_GRADIENT.items()}}
C.write(os.path.join(A.out, 'collectives.json'), {
    'meta': C.meta(True, note='no PRNG involved'), 'x': C.enc(x), 'w': C.enc(w), 'cases': cases,
    'nested': {name: two(f) for name, f in NESTED.items()}})
